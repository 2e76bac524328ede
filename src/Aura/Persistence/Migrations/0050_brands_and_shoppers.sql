-- Limits by the minute, for dialects that have them.
ALTER TABLE rate_windows DROP CONSTRAINT rate_windows_span_check, ADD CONSTRAINT rate_windows_span_check CHECK (span IN ('minute', 'hour', 'day'));

CREATE TABLE brands (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  primary_color text CHECK (length(primary_color) <= 7),
  secondary_color text CHECK (length(secondary_color) <= 7),
  logo_url text CHECK (length(logo_url) <= 2000),
  font_family text CHECK (length(font_family) <= 100),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT brands_name UNIQUE (tenant_id, name)
);

-- Who shops: a customer of the store, or somebody whom another shop knows by a name of its own.
CREATE TABLE shoppers (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 100),
  customer_id bigint,
  email text CHECK (length(email) <= 254),
  email_key text,
  phone text CHECK (length(phone) <= 50),
  name text CHECK (length(name) <= 200),
  locale text CHECK (length(locale) <= 35),
  time_zone text CHECK (length(time_zone) <= 64),
  country text CHECK (country ~ '^[A-Z]{2}$'),
  segments text[] NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT shoppers_reference UNIQUE (tenant_id, reference),
  CONSTRAINT shoppers_customer UNIQUE (tenant_id, customer_id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers ON DELETE SET NULL (customer_id) DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN shoppers.reference IS 'customer_ID of the store''s own customers; any text of another shop''s';
COMMENT ON COLUMN shoppers.email IS 'of those who are no customers of the store: theirs stand in customers';
CREATE INDEX shoppers_email_key ON shoppers (tenant_id, email_key);

-- The languages that a shop speaks, and how it presents itself.
CREATE TABLE shop_locales (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  code text NOT NULL CHECK (length(code) <= 100),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  enabled boolean NOT NULL,
  translations jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT shop_locales_code UNIQUE (tenant_id, code)
);
CREATE INDEX shop_locales_name ON shop_locales (tenant_id, name, id);

CREATE TABLE white_labels (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  company_name text,
  support_email text,
  support_url text,
  default_locale text,
  default_brand_id bigint,
  hide_branding boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT white_labels_one UNIQUE (tenant_id),
  FOREIGN KEY (tenant_id, default_brand_id) REFERENCES brands ON DELETE SET NULL (default_brand_id)
);

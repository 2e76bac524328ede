CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE customers (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  email text NOT NULL,
  email_key text NOT NULL,
  first_name text,
  last_name text,
  phone text,
  note text,
  tags text[] NOT NULL,
  tax_exempt boolean NOT NULL,
  tax_id text,
  metadata jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX customers_email ON customers (tenant_id, email_key);
CREATE INDEX customers_created ON customers (tenant_id, created_at);
CREATE INDEX customers_email_search ON customers USING gin (tenant_id, email_key gin_trgm_ops);
CREATE INDEX customers_name_search ON customers USING gin (tenant_id, (coalesce(first_name, '') || ' ' || coalesce(last_name, '')) gin_trgm_ops);
CREATE INDEX customers_tags ON customers USING gin (tenant_id, tags);
CREATE INDEX customers_metadata ON customers USING gin (tenant_id, metadata jsonb_path_ops);

CREATE TABLE customer_addresses (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  customer_id bigint NOT NULL,
  type text NOT NULL,
  content jsonb NOT NULL,
  is_default boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers ON DELETE CASCADE
);
CREATE INDEX customer_addresses_customer ON customer_addresses (tenant_id, customer_id);

CREATE TABLE shipping_methods (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  zones jsonb NOT NULL,
  enabled boolean NOT NULL,
  position integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX shipping_methods_code ON shipping_methods (tenant_id, code);

CREATE TABLE tax_regions (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  country text NOT NULL,
  state text NOT NULL,
  postal_prefix text NOT NULL,
  rates jsonb NOT NULL,
  shipping_taxable boolean NOT NULL,
  prices_include_tax boolean,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tax_regions_place ON tax_regions (tenant_id, country, state, postal_prefix);

CREATE TABLE carts (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  customer_id bigint,
  email text,
  currency character(3) NOT NULL,
  shipping_address jsonb,
  billing_address jsonb,
  shipping_method text,
  coupons text[] NOT NULL,
  metadata jsonb NOT NULL,
  last_activity_at timestamptz NOT NULL,
  completing_at timestamptz,
  completed_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX carts_customer ON carts (tenant_id, customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX carts_email ON carts (tenant_id, email) WHERE email IS NOT NULL;
CREATE INDEX carts_created ON carts (tenant_id, created_at, id);
CREATE INDEX carts_activity ON carts (tenant_id, last_activity_at, id);

CREATE TABLE cart_lines (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  cart_id bigint NOT NULL,
  product_id bigint NOT NULL,
  variant_id bigint NOT NULL,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 9999),
  metadata jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, cart_id) REFERENCES carts ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, variant_id) REFERENCES variants DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX cart_lines_cart ON cart_lines (tenant_id, cart_id);
CREATE INDEX cart_lines_variant ON cart_lines (tenant_id, variant_id);

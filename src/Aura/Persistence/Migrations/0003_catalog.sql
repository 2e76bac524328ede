CREATE TABLE categories (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL,
  slug text NOT NULL,
  parent_id bigint,
  path text[] NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES categories DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX categories_slug ON categories (tenant_id, slug);
CREATE INDEX categories_parent ON categories (tenant_id, parent_id);
CREATE INDEX categories_name ON categories (tenant_id, name, id);
CREATE INDEX categories_path ON categories USING gin (tenant_id, path);

CREATE TABLE products (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL,
  description text,
  sku text NOT NULL,
  status text NOT NULL,
  price bigint NOT NULL CHECK (price >= 0),
  currency character(3) NOT NULL,
  prices jsonb NOT NULL,
  compare_at_price bigint CHECK (compare_at_price >= 0),
  vendor text,
  product_type text,
  tags text[] NOT NULL,
  tax_category text NOT NULL,
  taxable boolean NOT NULL,
  requires_shipping boolean NOT NULL,
  weight integer NOT NULL CHECK (weight >= 0),
  metadata jsonb NOT NULL,
  review_count integer NOT NULL CHECK (review_count >= 0),
  rating_sum integer NOT NULL CHECK (rating_sum >= review_count),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX products_sku ON products (tenant_id, sku);
CREATE INDEX products_created ON products (tenant_id, created_at, id);
CREATE INDEX products_updated ON products (tenant_id, updated_at, id);
CREATE INDEX products_price ON products (tenant_id, price, id);
CREATE INDEX products_name ON products (tenant_id, name, id);
CREATE INDEX products_status ON products (tenant_id, status, id);
CREATE INDEX products_vendor ON products (tenant_id, vendor, id);
CREATE INDEX products_type ON products (tenant_id, product_type, id);
CREATE INDEX products_search ON products USING gin (tenant_id, name gin_trgm_ops, sku gin_trgm_ops);
CREATE INDEX products_tags ON products USING gin (tenant_id, tags);
CREATE INDEX products_metadata ON products USING gin (tenant_id, metadata jsonb_path_ops);

CREATE TABLE variants (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  product_id bigint NOT NULL,
  sku text NOT NULL,
  price bigint CHECK (price >= 0),
  currency character(3) NOT NULL,
  prices jsonb NOT NULL,
  attributes jsonb NOT NULL,
  image text,
  barcode text,
  weight integer CHECK (weight >= 0),
  cost bigint CHECK (cost >= 0),
  position integer NOT NULL,
  tracks_inventory boolean NOT NULL,
  allows_backorder boolean NOT NULL,
  removed_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products
);
CREATE UNIQUE INDEX variants_sku ON variants (tenant_id, sku) WHERE removed_at IS NULL;
CREATE INDEX variants_product ON variants (tenant_id, product_id, position);
CREATE INDEX variants_barcode ON variants (tenant_id, barcode) WHERE barcode IS NOT NULL;

CREATE TABLE product_categories (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  product_id bigint NOT NULL,
  category_id bigint NOT NULL,
  position integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products,
  FOREIGN KEY (tenant_id, category_id) REFERENCES categories ON DELETE CASCADE
);
CREATE UNIQUE INDEX product_categories_once ON product_categories (tenant_id, product_id, category_id);
CREATE INDEX product_categories_category ON product_categories (tenant_id, category_id, product_id);

CREATE TABLE product_images (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  product_id bigint NOT NULL,
  url text NOT NULL,
  alt text,
  position integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products
);
CREATE INDEX product_images_product ON product_images (tenant_id, product_id, position);

CREATE TABLE reviews (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  product_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  rating integer NOT NULL CHECK (rating BETWEEN 1 AND 5),
  title text,
  body text,
  status text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX reviews_product ON reviews (tenant_id, product_id, status, id);
CREATE INDEX reviews_customer ON reviews (tenant_id, customer_id);

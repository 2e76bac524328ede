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

-- Order numbers come from one sequence per store: no two buyers wait for each other. The database makes it with the store.
CREATE FUNCTION open_order_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE SEQUENCE order_numbers_%s START 1001', NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER stores_open_order_numbers AFTER INSERT ON stores FOR EACH ROW EXECUTE FUNCTION open_order_numbers();
DO $$
DECLARE store bigint;
BEGIN
  FOR store IN SELECT id FROM stores LOOP
    EXECUTE format('CREATE SEQUENCE order_numbers_%s START 1001', store);
  END LOOP;
END $$;

CREATE TABLE orders (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  number bigint NOT NULL,
  cart_id bigint,
  customer_id bigint,
  email text,
  currency character(3) NOT NULL,
  placed_at timestamptz,
  status text NOT NULL CHECK (status IN ('pending', 'processing', 'shipped', 'delivered', 'cancelled')),
  payment_status text NOT NULL CHECK (payment_status IN ('pending', 'paid', 'failed', 'refunded')),
  fulfillment_status text NOT NULL CHECK (fulfillment_status IN ('unfulfilled', 'partial', 'fulfilled')),
  shipping_address jsonb,
  billing_address jsonb,
  payment_method text,
  shipping_method text,
  shipping jsonb,
  coupons text[] NOT NULL,
  tags text[] NOT NULL,
  metadata jsonb NOT NULL,
  subtotal bigint NOT NULL CHECK (subtotal >= 0),
  discount_total bigint NOT NULL CHECK (discount_total >= 0),
  shipping_total bigint NOT NULL CHECK (shipping_total >= 0),
  shipping_discount bigint NOT NULL CHECK (shipping_discount >= 0),
  tax_total bigint NOT NULL CHECK (tax_total >= 0),
  tax_included bigint NOT NULL CHECK (tax_included >= 0),
  total bigint NOT NULL,
  authorized bigint NOT NULL,
  paid bigint NOT NULL,
  refunded bigint NOT NULL,
  disputed bigint NOT NULL,
  hold_reason text,
  held_at timestamptz,
  cancel_reason text,
  cancelled_at timestamptz,
  checkout_attempt integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, cart_id) REFERENCES carts DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT orders_add_up CHECK (total = subtotal - discount_total + shipping_total - shipping_discount + tax_total - tax_included)
);
CREATE UNIQUE INDEX orders_number ON orders (tenant_id, number);
CREATE UNIQUE INDEX orders_cart ON orders (tenant_id, cart_id);
CREATE INDEX orders_created ON orders (tenant_id, created_at, id);
CREATE INDEX orders_updated ON orders (tenant_id, updated_at, id);
CREATE INDEX orders_placed ON orders (tenant_id, placed_at, id);
CREATE INDEX orders_customer ON orders (tenant_id, customer_id, id) INCLUDE (placed_at, status, currency, paid, refunded, disputed);
CREATE INDEX orders_status ON orders (tenant_id, status, id);
CREATE INDEX orders_payment_status ON orders (tenant_id, payment_status, id);
CREATE INDEX orders_fulfillment_status ON orders (tenant_id, fulfillment_status, id);
CREATE INDEX orders_total ON orders (tenant_id, total, id);
CREATE INDEX orders_email ON orders (tenant_id, email);
CREATE INDEX orders_tags ON orders USING gin (tenant_id, tags);
CREATE INDEX orders_metadata ON orders USING gin (tenant_id, metadata jsonb_path_ops);

CREATE FUNCTION number_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.number := nextval(('order_numbers_' || NEW.tenant_id)::regclass);
  RETURN NEW;
END $$;
CREATE TRIGGER orders_number BEFORE INSERT ON orders FOR EACH ROW WHEN (NEW.number IS NULL) EXECUTE FUNCTION number_order();

CREATE TABLE order_lines (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  order_id bigint NOT NULL,
  position integer NOT NULL,
  product_id bigint NOT NULL,
  variant_id bigint NOT NULL,
  sku text NOT NULL,
  name text NOT NULL,
  attributes jsonb NOT NULL,
  quantity integer NOT NULL CHECK (quantity >= 1),
  unit_price bigint NOT NULL CHECK (unit_price >= 0),
  value bigint NOT NULL,
  discount bigint NOT NULL CHECK (discount BETWEEN 0 AND value),
  net bigint NOT NULL,
  tax bigint NOT NULL CHECK (tax >= 0),
  gross bigint NOT NULL CHECK (gross = net + tax),
  discounts jsonb NOT NULL,
  taxes jsonb NOT NULL,
  weight integer NOT NULL,
  requires_shipping boolean NOT NULL,
  metadata jsonb NOT NULL,
  fulfilled integer NOT NULL CHECK (fulfilled BETWEEN 0 AND quantity),
  returned integer NOT NULL CHECK (returned BETWEEN 0 AND fulfilled),
  refunded integer NOT NULL CHECK (refunded BETWEEN 0 AND quantity),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders,
  FOREIGN KEY (tenant_id, variant_id) REFERENCES variants DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX order_lines_order ON order_lines (tenant_id, order_id, position);
CREATE INDEX order_lines_variant ON order_lines (tenant_id, variant_id);
CREATE INDEX order_lines_product ON order_lines (tenant_id, product_id);

CREATE TABLE order_history (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  order_id bigint NOT NULL,
  kind text NOT NULL,
  from_status text,
  to_status text,
  note text,
  actor text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX order_history_order ON order_history (tenant_id, order_id, id);
CREATE FUNCTION order_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The history of orders is appended, never changed.';
END $$;
CREATE TRIGGER order_history_append_only BEFORE UPDATE ON order_history EXECUTE FUNCTION order_history_is_kept();

CREATE TABLE fulfillments (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  order_id bigint NOT NULL,
  status text NOT NULL,
  carrier text,
  tracking_number text,
  tracking_url text,
  shipped_at timestamptz NOT NULL,
  delivered_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders
);
CREATE INDEX fulfillments_order ON fulfillments (tenant_id, order_id, id);
CREATE INDEX fulfillments_tracking ON fulfillments (tenant_id, tracking_number) WHERE tracking_number IS NOT NULL;

CREATE TABLE fulfillment_lines (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  fulfillment_id bigint NOT NULL,
  order_line_id bigint NOT NULL,
  warehouse_id bigint,
  quantity integer NOT NULL CHECK (quantity >= 1),
  restocked integer NOT NULL CHECK (restocked BETWEEN 0 AND quantity),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, fulfillment_id) REFERENCES fulfillments,
  FOREIGN KEY (tenant_id, order_line_id) REFERENCES order_lines,
  FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX fulfillment_lines_fulfillment ON fulfillment_lines (tenant_id, fulfillment_id);
CREATE INDEX fulfillment_lines_line ON fulfillment_lines (tenant_id, order_line_id);

CREATE TABLE returns (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  order_id bigint NOT NULL,
  customer_id bigint,
  currency character(3) NOT NULL,
  status text NOT NULL CHECK (status IN ('requested', 'approved', 'rejected', 'received', 'refunded')),
  reason text,
  note text,
  refund_amount bigint NOT NULL CHECK (refund_amount >= 0),
  refund_parts jsonb NOT NULL,
  refund_attempt integer NOT NULL,
  refund_begun_at timestamptz,
  received_at timestamptz,
  refunded_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders
);
CREATE INDEX returns_order ON returns (tenant_id, order_id, id);
CREATE INDEX returns_status ON returns (tenant_id, status, id);
CREATE INDEX returns_customer ON returns (tenant_id, customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX returns_created ON returns (tenant_id, created_at, id);

CREATE TABLE return_lines (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  return_id bigint NOT NULL,
  order_line_id bigint NOT NULL,
  quantity integer NOT NULL CHECK (quantity >= 1),
  received integer NOT NULL CHECK (received BETWEEN 0 AND quantity),
  resellable integer NOT NULL CHECK (resellable BETWEEN 0 AND received),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, return_id) REFERENCES returns,
  FOREIGN KEY (tenant_id, order_line_id) REFERENCES order_lines
);
CREATE INDEX return_lines_return ON return_lines (tenant_id, return_id);
CREATE INDEX return_lines_line ON return_lines (tenant_id, order_line_id);

-- What another shop calls a cart besides its id: the token of the checkout, its number, the token of the cart before it.
ALTER TABLE watched_carts ADD COLUMN keys text[] NOT NULL DEFAULT '{}';
CREATE INDEX watched_carts_keys ON watched_carts USING gin (tenant_id, keys) WHERE keys <> '{}';

-- How many of a hundred were held out when a journey began: only those to whom that could have happened are compared with them.
ALTER TABLE recovery_journeys ADD COLUMN holdout_percent numeric NOT NULL DEFAULT 0;

-- Orders of other shops, which may be told before the checkouts that they were.
CREATE TABLE shop_orders (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  source text NOT NULL,
  external_id text NOT NULL,
  keys text[] NOT NULL,
  email text,
  phone text,
  reference text,
  placed_at timestamptz NOT NULL,
  cancelled_at timestamptz,
  told_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT shop_orders_external UNIQUE (tenant_id, source, external_id)
);
COMMENT ON COLUMN shop_orders.told_at IS 'of the newest message about it; older ones change nothing';
CREATE INDEX shop_orders_keys ON shop_orders USING gin (tenant_id, keys);
CREATE INDEX shop_orders_placed ON shop_orders (tenant_id, placed_at);
CREATE INDEX shop_orders_email ON shop_orders (tenant_id, email) WHERE email IS NOT NULL;

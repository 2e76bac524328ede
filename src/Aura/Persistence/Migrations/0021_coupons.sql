-- Coupons that were asked for in bulk. How many are made is counted in the transaction that makes them, so that a job which is
-- taken up again makes neither too few nor too many.
CREATE TABLE coupon_batches (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  promotion_id bigint NOT NULL,
  wanted integer NOT NULL CHECK (wanted > 0),
  made integer NOT NULL CHECK (made BETWEEN 0 AND wanted),
  code_prefix text NOT NULL,
  code_length integer NOT NULL,
  exclude_ambiguous boolean NOT NULL,
  max_uses integer CHECK (max_uses > 0),
  max_uses_per_customer integer CHECK (max_uses_per_customer > 0),
  expires_at timestamptz,
  metadata jsonb NOT NULL,
  job_id bigint,
  finished_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, promotion_id) REFERENCES promotions
);
COMMENT ON COLUMN coupon_batches.code_length IS 'characters after the prefix';
COMMENT ON COLUMN coupon_batches.job_id IS 'no foreign key: jobs are forgotten after a while';
CREATE INDEX coupon_batches_promotion ON coupon_batches (tenant_id, promotion_id, id);
ALTER TABLE coupons ADD FOREIGN KEY (tenant_id, batch_id) REFERENCES coupon_batches;

-- Codes that were tried in vain, by who tried: a hash of the key, with or without address and session. No store shares a row with
-- another, all servers share them.
CREATE TABLE coupon_guesses (
  tenant_id bigint NOT NULL REFERENCES stores,
  subject text NOT NULL,
  failures integer NOT NULL CHECK (failures > 0),
  since timestamptz NOT NULL,
  blocked_until timestamptz,
  PRIMARY KEY (tenant_id, subject)
) WITH (fillfactor = 70);
CREATE INDEX coupon_guesses_since ON coupon_guesses (since);

-- What promotions gave an order that the store prices for somebody else: once per order.
CREATE TABLE applied_discounts (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  order_number bigint NOT NULL,
  request_key text,
  request_hash text NOT NULL,
  currency character(3) NOT NULL,
  total bigint NOT NULL CHECK (total >= 0),
  shares jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT applied_discounts_order UNIQUE (tenant_id, order_number),
  FOREIGN KEY (tenant_id) REFERENCES stores
);
COMMENT ON COLUMN applied_discounts.order_number IS 'in the other system: no order of this store';
COMMENT ON COLUMN applied_discounts.total IS 'minor units';
CREATE UNIQUE INDEX applied_discounts_key ON applied_discounts (tenant_id, request_key) WHERE request_key IS NOT NULL;

-- Discounts that may be offered to win a cart back, and to whom which was offered.
CREATE TABLE incentives (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  conditions text[] NOT NULL,
  type text NOT NULL CHECK (type IN ('percentage', 'fixed')),
  levels numeric[] NOT NULL,
  promotion_ids bigint[] NOT NULL,
  max_discount numeric CHECK (max_discount > 0),
  margin_percent numeric CHECK (margin_percent > 0 AND margin_percent <= 100),
  holdout_percent numeric NOT NULL CHECK (holdout_percent BETWEEN 0 AND 50),
  exploration_percent numeric NOT NULL CHECK (exploration_percent BETWEEN 0 AND 50),
  cooldown_days integer NOT NULL CHECK (cooldown_days >= 0),
  enabled boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
COMMENT ON COLUMN incentives.levels IS 'percent, or major units; rising, the first is 0';
CREATE INDEX incentives_created ON incentives (tenant_id, created_at, id);

CREATE TABLE incentive_offers (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  incentive_id bigint NOT NULL,
  journey_id bigint NOT NULL,
  cart_id bigint NOT NULL,
  shopper_id bigint,
  level numeric NOT NULL CHECK (level >= 0),
  held_out boolean NOT NULL,
  weight double precision NOT NULL CHECK (weight > 0 AND weight <= 1),
  currency character(3) NOT NULL,
  cart_value bigint NOT NULL CHECK (cart_value >= 0),
  coupon_code text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT incentive_offers_journey UNIQUE (tenant_id, journey_id),
  FOREIGN KEY (tenant_id, incentive_id) REFERENCES incentives ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, journey_id) REFERENCES recovery_journeys ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, cart_id) REFERENCES watched_carts ON DELETE CASCADE
);
COMMENT ON COLUMN incentive_offers.weight IS 'how likely it was that this level would be drawn';
CREATE INDEX incentive_offers_incentive ON incentive_offers (tenant_id, incentive_id, created_at);
CREATE INDEX incentive_offers_shopper ON incentive_offers (tenant_id, shopper_id, created_at) WHERE level > 0;

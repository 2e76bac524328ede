-- What a store gives away, and how much of it has been given.
CREATE TABLE promotions (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  uuid uuid NOT NULL,
  source text NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description text,
  type text NOT NULL,
  discount_type text NOT NULL,
  discount_value numeric NOT NULL CHECK (discount_value >= 0),
  currency character(3) NOT NULL,
  status text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  max_uses integer CHECK (max_uses > 0),
  max_uses_per_customer integer CHECK (max_uses_per_customer > 0),
  budget bigint CHECK (budget > 0),
  minimum_order bigint CHECK (minimum_order >= 0),
  maximum_discount bigint CHECK (maximum_discount > 0),
  priority integer NOT NULL,
  can_stack boolean NOT NULL,
  requires_coupon boolean,
  has_coupons boolean NOT NULL,
  segments text[] NOT NULL,
  categories bigint[] NOT NULL,
  products bigint[] NOT NULL,
  details jsonb NOT NULL,
  metadata jsonb NOT NULL,
  activated_at timestamptz,
  paused_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  archived_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT promotions_uuid UNIQUE (tenant_id, uuid),
  CHECK (ends_at > starts_at),
  CHECK ((status = 'ended') = (ended_at IS NOT NULL))
);
COMMENT ON COLUMN promotions.discount_value IS 'percent, or an amount in major units, as discount_type says';
CREATE INDEX promotions_active ON promotions (tenant_id, ends_at) WHERE status = 'active';
CREATE INDEX promotions_status ON promotions (tenant_id, status, id) WHERE archived_at IS NULL;
CREATE INDEX promotions_starts ON promotions (tenant_id, starts_at, id) WHERE archived_at IS NULL;
CREATE INDEX promotions_priority ON promotions (tenant_id, priority, id) WHERE archived_at IS NULL;
CREATE INDEX promotions_name ON promotions (tenant_id, name, id) WHERE archived_at IS NULL;
CREATE INDEX promotions_categories ON promotions USING gin (categories);

-- Moves with every change of a store's promotions and segments: who keeps them compiled asks only for this number.
CREATE TABLE promotion_versions (
  tenant_id bigint PRIMARY KEY REFERENCES stores,
  version bigint NOT NULL
);
CREATE FUNCTION promotions_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO promotion_versions VALUES (coalesce(NEW.tenant_id, OLD.tenant_id), 1)
  ON CONFLICT (tenant_id) DO UPDATE SET version = promotion_versions.version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER promotions_version AFTER INSERT OR UPDATE OR DELETE ON promotions FOR EACH ROW EXECUTE FUNCTION promotions_changed();

-- Uses and money given, beside the promotion so that counting neither waits for nor moves it. A promotion with a limit counts in
-- stripe 0 alone, where one conditional UPDATE guards the limit; one without spreads its counts.
CREATE TABLE promotion_counters (
  tenant_id bigint NOT NULL,
  promotion_id bigint NOT NULL,
  stripe smallint NOT NULL CHECK (stripe BETWEEN 0 AND 15),
  reserved bigint NOT NULL CHECK (reserved >= 0),
  used bigint NOT NULL CHECK (used >= 0),
  held bigint NOT NULL CHECK (held >= 0),
  spent bigint NOT NULL CHECK (spent >= 0),
  revenue bigint NOT NULL CHECK (revenue >= 0),
  PRIMARY KEY (tenant_id, promotion_id, stripe),
  FOREIGN KEY (tenant_id, promotion_id) REFERENCES promotions
) WITH (fillfactor = 70);
COMMENT ON COLUMN promotion_counters.held IS 'minor units promised to orders that are not confirmed yet';
COMMENT ON COLUMN promotion_counters.spent IS 'minor units given with confirmed orders';
COMMENT ON COLUMN promotion_counters.revenue IS 'minor units that confirmed orders brought after their discounts, without shipping and tax';

CREATE TABLE coupons (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  promotion_id bigint NOT NULL,
  code text NOT NULL,
  code_key text NOT NULL CHECK (length(code_key) BETWEEN 1 AND 100),
  enabled boolean NOT NULL,
  customer_id bigint,
  max_uses integer CHECK (max_uses > 0),
  max_uses_per_customer integer CHECK (max_uses_per_customer > 0),
  expires_at timestamptz,
  reserved bigint NOT NULL CHECK (reserved >= 0),
  used bigint NOT NULL CHECK (used >= 0),
  batch_id bigint,
  duration text NOT NULL,
  duration_in_months integer CHECK (duration_in_months > 0),
  metadata jsonb NOT NULL,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT coupons_code UNIQUE (tenant_id, code_key),
  CHECK ((duration = 'repeating') = (duration_in_months IS NOT NULL)),
  FOREIGN KEY (tenant_id, promotion_id) REFERENCES promotions,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 80);
COMMENT ON COLUMN coupons.code_key IS 'the code as it is compared: normal form, trimmed, upper case';
CREATE INDEX coupons_promotion ON coupons (tenant_id, promotion_id, id);
CREATE INDEX coupons_customer ON coupons (tenant_id, customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX coupons_batch ON coupons (tenant_id, batch_id, id) WHERE batch_id IS NOT NULL;

-- Every use of a promotion, with or without a coupon: the counters are sums over this, and verify says so.
CREATE TABLE promotion_uses (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  promotion_id bigint NOT NULL,
  coupon_id bigint,
  order_id bigint,
  reference text NOT NULL,
  customer_id bigint,
  customer_key text,
  stripe smallint NOT NULL,
  state text NOT NULL CHECK (state IN ('reserved', 'confirmed', 'released', 'rolled_back')),
  discount bigint NOT NULL CHECK (discount >= 0),
  revenue bigint NOT NULL CHECK (revenue >= 0),
  currency character(3) NOT NULL,
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, promotion_id) REFERENCES promotions,
  FOREIGN KEY (tenant_id, coupon_id) REFERENCES coupons,
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN promotion_uses.reference IS 'what it was used for, once: order:123, redeem:456';
COMMENT ON COLUMN promotion_uses.expires_at IS 'when a reservation that no order holds is given back';
COMMENT ON COLUMN promotion_uses.discount IS 'minor units given';
COMMENT ON COLUMN promotion_uses.revenue IS 'minor units that the order brought after its discounts, without shipping and tax';
CREATE UNIQUE INDEX promotion_uses_once ON promotion_uses (tenant_id, reference, promotion_id) WHERE state IN ('reserved', 'confirmed');
CREATE INDEX promotion_uses_promotion ON promotion_uses (tenant_id, promotion_id, created_at);
CREATE INDEX promotion_uses_coupon ON promotion_uses (tenant_id, coupon_id) WHERE coupon_id IS NOT NULL;
CREATE INDEX promotion_uses_order ON promotion_uses (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX promotion_uses_time ON promotion_uses (tenant_id, created_at);

-- Uses by one customer, of a promotion (coupon_id 0) and of a coupon.
CREATE TABLE promotion_customers (
  tenant_id bigint NOT NULL,
  promotion_id bigint NOT NULL,
  coupon_id bigint NOT NULL,
  customer_key text NOT NULL,
  uses integer NOT NULL CHECK (uses >= 0),
  PRIMARY KEY (tenant_id, promotion_id, coupon_id, customer_key),
  FOREIGN KEY (tenant_id, promotion_id) REFERENCES promotions
);
COMMENT ON COLUMN promotion_customers.customer_key IS 'HMAC of the canonical e-mail address, so that a guest and a customer are one';

-- How often a promotion was shown and followed, by day, in sixteen stripes: busy callers do not wait for one row.
CREATE TABLE promotion_tallies (
  tenant_id bigint NOT NULL,
  promotion_id bigint NOT NULL,
  day date NOT NULL,
  stripe smallint NOT NULL CHECK (stripe BETWEEN 0 AND 15),
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  PRIMARY KEY (tenant_id, promotion_id, day, stripe),
  FOREIGN KEY (tenant_id, promotion_id) REFERENCES promotions
) WITH (fillfactor = 70);
CREATE INDEX promotion_tallies_day ON promotion_tallies (tenant_id, day);

-- Groups of customers by a rule; a tag of the same name is in the group too.
CREATE TABLE customer_segments (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
  description text,
  rule jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT customer_segments_name UNIQUE (tenant_id, name)
);
CREATE TRIGGER customer_segments_version AFTER INSERT OR UPDATE OR DELETE ON customer_segments FOR EACH ROW EXECUTE FUNCTION promotions_changed();

-- A/B tests of promotions: what is tested, who was taken in, and what came of it.
CREATE TABLE ab_tests (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  key text NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  status text NOT NULL CHECK (status IN ('draft', 'active', 'ended')),
  currency character(3) NOT NULL,
  metric text NOT NULL,
  confidence_level numeric NOT NULL CHECK (confidence_level > 0 AND confidence_level < 100),
  minimum_sample_size integer NOT NULL CHECK (minimum_sample_size > 0),
  minimum_effect numeric NOT NULL CHECK (minimum_effect > 0),
  duration_days integer NOT NULL CHECK (duration_days > 0),
  sequential boolean NOT NULL,
  keeps_winner boolean NOT NULL,
  phase integer NOT NULL CHECK (phase > 0),
  shares numeric[] NOT NULL,
  phase_at timestamptz,
  started_at timestamptz,
  ends_at timestamptz,
  ended_at timestamptz,
  horizon_reached boolean NOT NULL,
  winner text,
  winner_kept boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT ab_tests_key UNIQUE (tenant_id, key),
  CHECK ((status = 'draft') = (started_at IS NULL)),
  CHECK ((status = 'ended') = (ended_at IS NOT NULL))
);
COMMENT ON COLUMN ab_tests.shares IS 'percent, of the control and then of each variant';
COMMENT ON COLUMN ab_tests.phase IS 'moves with the shares: units of different phases are never counted together';
COMMENT ON COLUMN ab_tests.minimum_effect IS 'the smallest improvement worth finding, in percent; for the required sample size';
CREATE INDEX ab_tests_status ON ab_tests (tenant_id, status, id);
CREATE TRIGGER ab_tests_version AFTER INSERT OR UPDATE OR DELETE ON ab_tests FOR EACH ROW EXECUTE FUNCTION promotions_changed();

CREATE TABLE ab_arms (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  test_id bigint NOT NULL,
  position integer NOT NULL CHECK (position >= 0),
  promotion_id bigint NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT ab_arms_position UNIQUE (tenant_id, test_id, position),
  CONSTRAINT ab_arms_promotion UNIQUE (tenant_id, promotion_id),
  FOREIGN KEY (tenant_id, test_id) REFERENCES ab_tests,
  FOREIGN KEY (tenant_id, promotion_id) REFERENCES promotions
);
COMMENT ON COLUMN ab_arms.position IS '0 is the control, 1 variant_1';

-- Who is in a test, and where. The unique index makes the first answer the only one.
CREATE TABLE ab_units (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  test_id bigint NOT NULL,
  unit text NOT NULL CHECK (length(unit) BETWEEN 1 AND 220),
  arm integer NOT NULL,
  phase integer NOT NULL,
  bucket integer NOT NULL CHECK (bucket BETWEEN 0 AND 9999),
  same_as bigint,
  conversions integer NOT NULL CHECK (conversions >= 0),
  revenue bigint NOT NULL,
  assigned_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT ab_units_unit UNIQUE (tenant_id, test_id, unit),
  FOREIGN KEY (tenant_id, test_id) REFERENCES ab_tests
) WITH (fillfactor = 90);
COMMENT ON COLUMN ab_units.unit IS 'customer:456 or session:abc';
COMMENT ON COLUMN ab_units.same_as IS 'the session whose assignment a customer kept at login: one unit, counted there';
COMMENT ON COLUMN ab_units.revenue IS 'minor units of all its conversions';
CREATE UNIQUE INDEX ab_units_same ON ab_units (tenant_id, same_as) WHERE same_as IS NOT NULL;

-- What units bought, each order once; the orders of checkouts wait here until they are placed.
CREATE TABLE ab_conversions (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  test_id bigint NOT NULL,
  arm integer NOT NULL,
  phase integer NOT NULL,
  unit_id bigint,
  reference text NOT NULL,
  order_id bigint,
  state text NOT NULL CHECK (state IN ('pending', 'counted', 'taken_back')),
  revenue bigint NOT NULL CHECK (revenue >= 0),
  discount bigint NOT NULL CHECK (discount >= 0),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, test_id) REFERENCES ab_tests,
  FOREIGN KEY (tenant_id, unit_id) REFERENCES ab_units,
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN ab_conversions.unit_id IS 'null: tracked for an arm without saying who';
COMMENT ON COLUMN ab_conversions.reference IS 'what makes it one: order:123, external:456, unit:789';
COMMENT ON COLUMN ab_conversions.revenue IS 'minor units that the order brought after its discounts, without shipping and tax';
CREATE UNIQUE INDEX ab_conversions_once ON ab_conversions (tenant_id, test_id, reference) WHERE state IN ('pending', 'counted');
CREATE INDEX ab_conversions_order ON ab_conversions (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX ab_conversions_unit ON ab_conversions (tenant_id, unit_id) WHERE unit_id IS NOT NULL;

-- The sums of both, so that results read a few rows. Callers write stripes 0 to 15; 16 belongs to the reader of orders, which
-- counts many in one transaction and so waits for nobody.
CREATE TABLE ab_counters (
  tenant_id bigint NOT NULL,
  test_id bigint NOT NULL,
  phase integer NOT NULL,
  arm integer NOT NULL,
  stripe integer NOT NULL CHECK (stripe BETWEEN 0 AND 16),
  units bigint NOT NULL,
  anonymous_impressions bigint NOT NULL,
  conversions bigint NOT NULL,
  anonymous_conversions bigint NOT NULL,
  converted bigint NOT NULL,
  revenue bigint NOT NULL,
  revenue_squares numeric NOT NULL,
  discount bigint NOT NULL,
  PRIMARY KEY (tenant_id, test_id, phase, arm, stripe),
  FOREIGN KEY (tenant_id, test_id) REFERENCES ab_tests
) WITH (fillfactor = 70);
COMMENT ON COLUMN ab_counters.converted IS 'units that converted, however often';
COMMENT ON COLUMN ab_counters.revenue_squares IS 'sum over units, not orders, of the square of what each spent, in minor units';

-- Adds a conversion to its unit and its arm (sign 1), or takes it back (-1).
CREATE FUNCTION ab_count(c ab_conversions, sign integer, into_stripe integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  u ab_units;
  squares numeric := sign * c.revenue::numeric * c.revenue;
  newly integer := 0;
BEGIN
  IF c.unit_id IS NOT NULL THEN
    UPDATE ab_units SET conversions = conversions + sign, revenue = revenue + sign * c.revenue
    WHERE tenant_id = c.tenant_id AND id = c.unit_id RETURNING * INTO u;
    squares := u.revenue::numeric * u.revenue - (u.revenue - sign * c.revenue)::numeric * (u.revenue - sign * c.revenue);
    newly := CASE WHEN sign = 1 AND u.conversions = 1 THEN 1 WHEN sign = -1 AND u.conversions = 0 THEN -1 ELSE 0 END;
  END IF;
  INSERT INTO ab_counters AS k VALUES (c.tenant_id, c.test_id, c.phase, c.arm, into_stripe, 0, 0, sign, CASE WHEN c.unit_id IS NULL THEN sign ELSE 0 END,
    newly, sign * c.revenue, squares, sign * c.discount)
  ON CONFLICT (tenant_id, test_id, phase, arm, stripe) DO UPDATE SET
    conversions = k.conversions + excluded.conversions, anonymous_conversions = k.anonymous_conversions + excluded.anonymous_conversions,
    converted = k.converted + excluded.converted, revenue = k.revenue + excluded.revenue,
    revenue_squares = k.revenue_squares + excluded.revenue_squares, discount = k.discount + excluded.discount;
  RETURN sign;
END $$;

-- What is done for abandoned carts: conditions, steps with their times, and who goes first.
CREATE TABLE recovery_workflows (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('workflow', 'trigger')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  status text NOT NULL CHECK (status IN ('active', 'paused')),
  triggers text[] NOT NULL,
  plan jsonb NOT NULL,
  starts_after_minutes integer NOT NULL CHECK (starts_after_minutes >= 0),
  priority integer NOT NULL,
  cooldown_hours integer NOT NULL CHECK (cooldown_hours >= 0),
  holdout_percent numeric NOT NULL CHECK (holdout_percent BETWEEN 0 AND 50),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX recovery_workflows_active ON recovery_workflows (tenant_id, id) WHERE status = 'active';
CREATE INDEX recovery_workflows_kind ON recovery_workflows (tenant_id, kind, id);
CREATE INDEX recovery_workflows_created ON recovery_workflows (tenant_id, kind, created_at, id);
CREATE INDEX recovery_workflows_status ON recovery_workflows (tenant_id, kind, status, id);

-- Carts of the store, under their own number, and of other shops.
CREATE TABLE watched_carts (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  source text NOT NULL,
  external_id text,
  shopper_id bigint,
  currency character(3) NOT NULL,
  value bigint NOT NULL CHECK (value >= 0),
  contents jsonb NOT NULL,
  segment text,
  resume_url text,
  has_contact boolean NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'abandoned', 'recovered', 'lost', 'closed')),
  last_activity_at timestamptz NOT NULL,
  look_at timestamptz,
  abandonment text,
  abandoned_at timestamptz,
  reason text,
  recovered_at timestamptz,
  order_id bigint,
  order_reference text,
  revenue bigint NOT NULL CHECK (revenue >= 0),
  attribution text,
  credited_channel text,
  counted_segment text,
  told_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT watched_carts_external UNIQUE (tenant_id, source, external_id),
  FOREIGN KEY (tenant_id, shopper_id) REFERENCES shoppers DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN watched_carts.value IS 'minor units';
COMMENT ON COLUMN watched_carts.revenue IS 'minor units of the order that it became';
COMMENT ON COLUMN watched_carts.told_at IS 'of the newest message of the other shop; older ones change nothing';
CREATE INDEX watched_carts_created ON watched_carts (tenant_id, created_at, id);
CREATE INDEX watched_carts_status ON watched_carts (tenant_id, status, id);
CREATE INDEX watched_carts_shopper ON watched_carts (tenant_id, shopper_id, id) WHERE shopper_id IS NOT NULL;
CREATE INDEX watched_carts_abandoned ON watched_carts (tenant_id, abandoned_at, id);
CREATE INDEX watched_carts_order ON watched_carts (tenant_id, order_id) WHERE order_id IS NOT NULL;

-- One workflow at work on one cart. Whoever changes it holds the lock of the cart's row.
CREATE TABLE recovery_journeys (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  workflow_id bigint NOT NULL,
  cart_id bigint NOT NULL,
  shopper_id bigint,
  slot text NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'completed', 'exited', 'held_out', 'skipped')),
  plan jsonb NOT NULL,
  starts_after_minutes integer NOT NULL,
  done integer NOT NULL CHECK (done >= 0),
  exit text,
  coupon_code text,
  messages integer NOT NULL CHECK (messages >= 0),
  clicked_at timestamptz,
  clicks integer NOT NULL CHECK (clicks >= 0),
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, workflow_id) REFERENCES recovery_workflows ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, cart_id) REFERENCES watched_carts ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, shopper_id) REFERENCES shoppers DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN recovery_journeys.slot IS 'one journey runs for a customer at a time';
CREATE UNIQUE INDEX recovery_journeys_slot ON recovery_journeys (tenant_id, slot) WHERE status = 'running';
CREATE INDEX recovery_journeys_cart ON recovery_journeys (tenant_id, cart_id);
CREATE INDEX recovery_journeys_workflow ON recovery_journeys (tenant_id, workflow_id, created_at);
CREATE INDEX recovery_journeys_history ON recovery_journeys (tenant_id, slot, workflow_id, created_at);

-- Carts of the store that somebody will look at, and when.
CREATE TABLE cart_looks (
  tenant_id bigint NOT NULL,
  cart_id bigint NOT NULL,
  look_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, cart_id),
  FOREIGN KEY (tenant_id, cart_id) REFERENCES carts ON DELETE CASCADE
) WITH (fillfactor = 80);

-- Carts are changed by hot statements that tell nobody: where a workflow waits for abandoned ones, a look is planned for each cart that has none.
-- The update without effect waits for a look that is just being taken, so that none is lost between the two.
CREATE FUNCTION plan_cart_look(tenant bigint, cart bigint, activity timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE planned timestamptz := activity + interval '10 minutes';
BEGIN
  INSERT INTO cart_looks AS l VALUES (tenant, cart, planned) ON CONFLICT (tenant_id, cart_id) DO UPDATE SET look_at = l.look_at RETURNING look_at INTO planned;
  INSERT INTO jobs (tenant_id, id, kind, key, payload, state, run_at, due_at, attempts, progress, created_at)
  SELECT tenant, nextval('ids'), 'winback.look_store', cart || ':' || extract(epoch FROM planned), jsonb_build_object('Cart', cart), 'queued',
    planned, planned - (store_now(tenant) - now()), 0, 0, store_now(tenant)
  ON CONFLICT DO NOTHING;
END $$;
CREATE FUNCTION carts_watched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.completed_at IS NULL AND EXISTS (SELECT FROM recovery_workflows w WHERE w.tenant_id = NEW.tenant_id AND w.status = 'active') THEN
    PERFORM plan_cart_look(NEW.tenant_id, NEW.id, NEW.last_activity_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER carts_watched AFTER INSERT OR UPDATE OF last_activity_at ON carts FOR EACH ROW EXECUTE FUNCTION carts_watched();

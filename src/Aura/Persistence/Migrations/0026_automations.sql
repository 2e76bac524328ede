ALTER TABLE customers ADD COLUMN birthday date;
CREATE INDEX customers_birthday ON customers (tenant_id, (extract(month FROM birthday) * 100 + extract(day FROM birthday)), id) WHERE birthday IS NOT NULL;

-- Rules that fire offers. The promotion is what they give: with personal coupons, or, for all, copied by each firing.
CREATE TABLE automations (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  promotion_id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  occasion text NOT NULL,
  trigger_type text NOT NULL,
  conditions jsonb NOT NULL,
  duration_hours numeric CHECK (duration_hours > 0),
  max_triggers integer CHECK (max_triggers > 0),
  cooldown_hours numeric CHECK (cooldown_hours >= 0),
  status text NOT NULL,
  trigger_count bigint NOT NULL CHECK (trigger_count >= 0),
  last_triggered_at timestamptz,
  next_sweep_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, promotion_id) REFERENCES promotions
);
CREATE INDEX automations_active ON automations (tenant_id, occasion) WHERE status = 'active';

-- Whom a rule has fired for how often: the row that a firing locks.
CREATE TABLE automation_subjects (
  tenant_id bigint NOT NULL,
  automation_id bigint NOT NULL,
  subject text NOT NULL,
  triggers integer NOT NULL CHECK (triggers >= 0),
  last_fired_at timestamptz,
  PRIMARY KEY (tenant_id, automation_id, subject),
  FOREIGN KEY (tenant_id, automation_id) REFERENCES automations ON DELETE CASCADE
) WITH (fillfactor = 80);

-- Why a rule fired, or did not.
CREATE TABLE automation_firings (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  automation_id bigint NOT NULL,
  subject text NOT NULL,
  occurrence_key text NOT NULL,
  outcome text NOT NULL,
  customer_id bigint,
  promotion_id bigint,
  code text,
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  reported_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT automation_firings_once UNIQUE (tenant_id, automation_id, subject, occurrence_key, outcome),
  FOREIGN KEY (tenant_id, automation_id) REFERENCES automations ON DELETE CASCADE
);
COMMENT ON COLUMN automation_firings.customer_id IS 'of the store, or of the shop that fed the fact';
COMMENT ON COLUMN automation_firings.reported_at IS 'when process-triggers told of it';
CREATE INDEX automation_firings_new ON automation_firings (tenant_id, id) WHERE outcome = 'fired' AND reported_at IS NULL;

-- On which side of its threshold a stock is, as a rule has last seen it.
CREATE TABLE automation_stock (
  tenant_id bigint NOT NULL,
  automation_id bigint NOT NULL,
  subject text NOT NULL,
  highest bigint NOT NULL,
  is_beyond boolean NOT NULL,
  crossings integer NOT NULL,
  PRIMARY KEY (tenant_id, automation_id, subject),
  FOREIGN KEY (tenant_id, automation_id) REFERENCES automations ON DELETE CASCADE
) WITH (fillfactor = 80);
COMMENT ON COLUMN automation_stock.highest IS 'the most that was seen, which stands for the capacity where none is given';

-- What shops whose facts live elsewhere tell.
CREATE TABLE automation_facts (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  event_type text NOT NULL,
  customer_id bigint,
  reference text,
  total numeric,
  categories bigint[] NOT NULL,
  product_id bigint,
  stock bigint,
  capacity bigint,
  occurred_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  taken_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX automation_facts_new ON automation_facts (tenant_id, id) WHERE taken_at IS NULL;
CREATE INDEX automation_facts_customer ON automation_facts (tenant_id, customer_id, occurred_at) WHERE customer_id IS NOT NULL;

-- Stock is moved by the hottest statements of the store, which tell nobody: where a rule watches stock, a job is left for it.
CREATE FUNCTION automation_stock_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO jobs (tenant_id, id, kind, key, payload, state, run_at, due_at, attempts, progress, created_at)
  SELECT moved.tenant_id, nextval('ids'), 'automation.stock', gen_random_uuid()::text, jsonb_build_object('Variant', moved.variant_id), 'queued',
    store_now(moved.tenant_id), now(), 0, 0, store_now(moved.tenant_id)
  FROM (SELECT DISTINCT tenant_id, variant_id FROM changed) moved
  WHERE EXISTS (
    SELECT FROM automations a WHERE a.tenant_id = moved.tenant_id AND a.status = 'active' AND a.occasion IN ('low_stock', 'overstock'));
  RETURN NULL;
END $$;
CREATE TRIGGER stock_levels_automations AFTER UPDATE ON stock_levels REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION automation_stock_moved();

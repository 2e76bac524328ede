-- Jobs that call others' servers stand in lanes, so that a slow one holds up nobody else.
ALTER TABLE jobs ADD COLUMN lane text;
COMMENT ON COLUMN jobs.lane IS 'jobs of one lane run a few at a time; null: not limited';

CREATE TABLE webhooks (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  url text NOT NULL,
  events text[] NOT NULL CHECK (cardinality(events) > 0),
  description text,
  secret bytea NOT NULL,
  previous_secret bytea,
  previous_secret_expires_at timestamptz,
  status text NOT NULL CHECK (status IN ('active', 'failed', 'disabled')),
  status_reason text CHECK (status = 'active' OR status_reason IS NOT NULL),
  disabled_at timestamptz CHECK ((disabled_at IS NULL) = (status = 'active')),
  consecutive_failures integer NOT NULL CHECK (consecutive_failures >= 0),
  failing_since timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX webhooks_status ON webhooks (tenant_id, status);

CREATE TABLE webhook_deliveries (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  webhook_id bigint NOT NULL,
  event_id bigint NOT NULL,
  event_type text NOT NULL,
  body text NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'delivered', 'failed', 'canceled')),
  attempt integer NOT NULL CHECK (attempt BETWEEN 0 AND 6),
  attempts jsonb NOT NULL,
  status_code integer,
  error text,
  next_retry_at timestamptz CHECK (next_retry_at IS NULL OR status = 'pending'),
  delivered_at timestamptz,
  job_id bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhooks ON DELETE CASCADE
);
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (tenant_id, webhook_id, event_id);
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (tenant_id, webhook_id, id);
CREATE INDEX webhook_deliveries_status ON webhook_deliveries (tenant_id, webhook_id, status, id);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at) WHERE status <> 'pending';

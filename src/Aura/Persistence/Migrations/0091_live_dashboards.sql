CREATE TABLE live_dashboards (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  metrics text[] NOT NULL,
  refresh_seconds integer NOT NULL CHECK (refresh_seconds BETWEEN 1 AND 3600),
  seq bigint NOT NULL,
  figures jsonb,
  figures_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT live_dashboards_tenant UNIQUE (tenant_id)
);
COMMENT ON COLUMN live_dashboards.seq IS 'moves whenever a figure moves: the same number means the same figures';
CREATE INDEX watched_carts_recovered ON watched_carts (tenant_id, recovered_at) WHERE recovered_at IS NOT NULL;
CREATE INDEX messages_sent ON messages (tenant_id, sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX recovery_journeys_running ON recovery_journeys (tenant_id, id) WHERE status = 'running';

-- Lets a browser open a stream, which cannot send a key in a header: once, within a minute.
CREATE TABLE stream_tickets (
  hash bytea PRIMARY KEY,
  key_hash bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
COMMENT ON COLUMN stream_tickets.key_hash IS 'of the API key with which it was asked for: what that may do, it may';

-- The entity knows what a country code is.
ALTER TABLE shoppers DROP CONSTRAINT shoppers_country_check;

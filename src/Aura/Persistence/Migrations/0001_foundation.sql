-- Accounts, stores, keys, audit, events, jobs. Every id comes from one sequence, in blocks (HiLo).
-- Foreign keys between things that one save may write are checked at commit, so that the order of its statements is free.
CREATE SEQUENCE ids AS bigint INCREMENT BY 100 START WITH 1;

CREATE TABLE accounts (
  id bigint PRIMARY KEY,
  name text NOT NULL,
  plan text NOT NULL,
  requests_per_hour integer CHECK (requests_per_hour > 0),
  requests_per_day integer CHECK (requests_per_day > 0),
  settings jsonb NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE stores (
  id bigint PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts DEFERRABLE INITIALLY DEFERRED,
  name text NOT NULL,
  domain text NOT NULL,
  is_test boolean NOT NULL,
  twin_id bigint REFERENCES stores DEFERRABLE INITIALLY DEFERRED,
  status text NOT NULL,
  currency character(3) NOT NULL,
  settings jsonb NOT NULL,
  clock_offset interval NOT NULL CHECK (clock_offset = interval '0' OR is_test),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL
);
CREATE UNIQUE INDEX stores_domain ON stores (domain, is_test);
CREATE INDEX stores_account ON stores (account_id);

CREATE TABLE api_keys (
  id bigint PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts DEFERRABLE INITIALLY DEFERRED,
  store_id bigint NOT NULL REFERENCES stores DEFERRABLE INITIALLY DEFERRED,
  store_ids bigint[],
  name text NOT NULL,
  is_test boolean NOT NULL,
  scopes text[] NOT NULL,
  requests_per_hour integer CHECK (requests_per_hour > 0),
  requests_per_day integer CHECK (requests_per_day > 0),
  start text NOT NULL,
  hash bytea NOT NULL,
  previous_hash bytea,
  previous_expires_at timestamptz,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  rotated_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_previous_hash ON api_keys (previous_hash) WHERE previous_hash IS NOT NULL;
CREATE INDEX api_keys_account ON api_keys (account_id, id);

-- Every server keeps accounts, stores and keys in memory and forgets them when told so.
CREATE FUNCTION access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('aura_access', '');
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_changed AFTER UPDATE OR DELETE ON accounts EXECUTE FUNCTION access_changed();
CREATE TRIGGER stores_changed AFTER INSERT OR UPDATE OR DELETE ON stores EXECUTE FUNCTION access_changed();
CREATE TRIGGER api_keys_changed AFTER UPDATE OF name, scopes, store_ids, requests_per_hour, requests_per_day, hash, previous_hash,
  expires_at, revoked_at OR DELETE ON api_keys EXECUTE FUNCTION access_changed();

-- Requests counted per account or per key that has limits of its own; servers take them in small leases.
CREATE TABLE rate_windows (
  subject bigint NOT NULL,
  span text NOT NULL CHECK (span IN ('hour', 'day')),
  starts_at timestamptz NOT NULL,
  used bigint NOT NULL,
  PRIMARY KEY (subject, span, starts_at)
);

CREATE TABLE audit_logs (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  timestamp timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  resource text NOT NULL,
  resource_id text NOT NULL,
  changes jsonb NOT NULL,
  request_id text,
  ip_address text,
  user_agent text,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_logs_resource_id ON audit_logs (tenant_id, resource_id, id);
CREATE INDEX audit_logs_actor ON audit_logs (tenant_id, actor, id);
CREATE INDEX audit_logs_timestamp ON audit_logs (tenant_id, timestamp);
CREATE INDEX audit_logs_resource ON audit_logs (tenant_id, resource, id);

CREATE TABLE events (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  type text NOT NULL,
  subject text NOT NULL,
  subject_id bigint NOT NULL,
  facts jsonb,
  actor text NOT NULL,
  request_id text,
  created_at timestamptz NOT NULL,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX events_order ON events (transaction_id, id);
CREATE INDEX events_store_order ON events (tenant_id, transaction_id, id);
CREATE INDEX events_subject ON events (tenant_id, subject, subject_id, id);

-- How far each reader of the event log has come.
CREATE TABLE event_cursors (
  reader text PRIMARY KEY,
  transaction_id xid8 NOT NULL,
  event_id bigint NOT NULL
);

CREATE TABLE jobs (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  payload jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'processing', 'completed', 'failed')),
  run_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL,
  progress integer NOT NULL CHECK (progress BETWEEN 0 AND 100),
  lease_until timestamptz,
  result jsonb,
  error text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
COMMENT ON COLUMN jobs.run_at IS 'by the clock of the store';
COMMENT ON COLUMN jobs.due_at IS 'by the clock of the world: run_at less the offset of the store''s clock';
CREATE UNIQUE INDEX jobs_once ON jobs (tenant_id, kind, key) WHERE state IN ('queued', 'processing');
CREATE INDEX jobs_due ON jobs (due_at) WHERE state = 'queued';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'processing';
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;

-- When each server-wide recurring job runs next; a conditional UPDATE decides who runs it.
CREATE TABLE schedules (
  name text PRIMARY KEY,
  next_at timestamptz NOT NULL
);

-- Answers kept for Idempotency-Key, written in the transaction of the effect.
CREATE TABLE idempotency_keys (
  tenant_id bigint NOT NULL REFERENCES stores,
  api_key_id bigint NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status integer,
  content_type text,
  location text,
  body bytea,
  locked_until timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, api_key_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

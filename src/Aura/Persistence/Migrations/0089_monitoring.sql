-- How the server does, shop by shop. Requests are counted by each server and minute; adding up rows adds up servers.
CREATE TABLE request_minutes (
  tenant_id bigint NOT NULL REFERENCES stores ON DELETE CASCADE,
  minute timestamptz NOT NULL,
  server text NOT NULL,
  requests bigint NOT NULL,
  errors bigint NOT NULL,
  latencies integer[] NOT NULL,
  PRIMARY KEY (tenant_id, minute, server)
);
COMMENT ON COLUMN request_minutes.latencies IS 'answers by time taken: bucket i holds those of up to 0.1 ms times 1.1 to the power of i';

CREATE TABLE server_beats (
  minute timestamptz NOT NULL,
  server text NOT NULL,
  works boolean NOT NULL,
  PRIMARY KEY (minute, server)
);
COMMENT ON COLUMN server_beats.works IS 'whether it does jobs';

CREATE TABLE metric_points (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  value numeric NOT NULL,
  tags jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX metric_points_name ON metric_points (tenant_id, name, created_at);
CREATE INDEX metric_points_time ON metric_points (tenant_id, created_at);

CREATE TABLE alert_rules (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  metric text NOT NULL CHECK (length(metric) BETWEEN 1 AND 100),
  operator text NOT NULL CHECK (operator IN ('gt', 'gte', 'lt', 'lte', 'eq')),
  threshold numeric NOT NULL,
  window_minutes integer NOT NULL CHECK (window_minutes BETWEEN 1 AND 1440),
  channels text[] NOT NULL,
  enabled boolean NOT NULL,
  status text NOT NULL CHECK (status IN ('ok', 'firing')),
  value numeric,
  changed_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX alert_rules_status ON alert_rules (tenant_id, status, id);
CREATE INDEX alert_rules_metric ON alert_rules (tenant_id, metric, id);

CREATE TABLE error_reports (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  fingerprint text NOT NULL,
  source text NOT NULL CHECK (source IN ('reported', 'server')),
  message text NOT NULL,
  stack text,
  context jsonb NOT NULL,
  count bigint NOT NULL,
  created_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT error_reports_fingerprint UNIQUE (tenant_id, fingerprint)
);
CREATE INDEX error_reports_time ON error_reports (tenant_id, last_at, id);
CREATE INDEX error_reports_source ON error_reports (tenant_id, source, id);

CREATE TABLE traces (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  trace_id text NOT NULL,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('ok', 'error')),
  status_code integer NOT NULL,
  started_at timestamptz NOT NULL,
  duration_ms numeric NOT NULL,
  request_id text,
  spans jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX traces_trace ON traces (tenant_id, trace_id);
CREATE INDEX traces_time ON traces (tenant_id, started_at, id);
CREATE INDEX traces_status ON traces (tenant_id, status, id);
CREATE INDEX traces_duration ON traces (tenant_id, duration_ms, id);

CREATE TABLE log_lines (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  level text NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
  message text NOT NULL,
  context jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX log_lines_time ON log_lines (tenant_id, created_at, id);
CREATE INDEX log_lines_level ON log_lines (tenant_id, level, created_at, id);

-- Merchants' own JavaScript, every version of it, and what became of each run.
CREATE TABLE custom_scripts (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  trigger text NOT NULL CHECK (length(trigger) <= 100),
  language text NOT NULL CHECK (language IN ('javascript')),
  code text NOT NULL CHECK (length(code) <= 65536),
  revision integer NOT NULL,
  enabled boolean NOT NULL,
  disabled_reason text,
  consecutive_failures integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX custom_scripts_triggers ON custom_scripts (tenant_id, trigger, id);
CREATE INDEX custom_scripts_name ON custom_scripts (tenant_id, name, id);

CREATE TABLE script_versions (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  script_id bigint NOT NULL,
  revision integer NOT NULL,
  code text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT script_versions_revision UNIQUE (tenant_id, script_id, revision),
  FOREIGN KEY (tenant_id, script_id) REFERENCES custom_scripts ON DELETE CASCADE
);

CREATE TABLE script_runs (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  script_id bigint NOT NULL,
  revision integer NOT NULL,
  event_id bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('succeeded', 'failed')),
  result jsonb,
  logs text[] NOT NULL,
  error text,
  duration_ms integer NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT script_runs_event UNIQUE (tenant_id, script_id, event_id),
  FOREIGN KEY (tenant_id, script_id) REFERENCES custom_scripts ON DELETE CASCADE
);
COMMENT ON COLUMN script_runs.event_id IS 'once for each event; events are forgotten sooner than runs, so no foreign key';
CREATE INDEX script_runs_script ON script_runs (tenant_id, script_id, id);
CREATE INDEX script_runs_status ON script_runs (tenant_id, script_id, status, id);

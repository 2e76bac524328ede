-- How a store is connected to somebody else's services.
CREATE TABLE integrations (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  service text NOT NULL CHECK (length(service) <= 40),
  name text CHECK (length(name) <= 200),
  settings jsonb NOT NULL,
  secret_names text[] NOT NULL,
  secrets bytea,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT integrations_service UNIQUE (tenant_id, service)
);
COMMENT ON COLUMN integrations.secrets IS 'sealed by the key ring: a JSON object of the settings in secret_names';

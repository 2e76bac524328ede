-- Messages of webhooks that were made in the winback dialect, and what its event stream leaves out.
ALTER TABLE webhooks DROP CONSTRAINT webhooks_format_check;
ALTER TABLE webhooks ADD CONSTRAINT webhooks_format_check CHECK (format IN ('platform', 'promotions', 'winback'));
COMMENT ON COLUMN webhooks.format IS 'promotions: {event, timestamp, data, signature}; winback: {event, shop, timestamp, data}';

CREATE TABLE event_stream_filters (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  events text[] NOT NULL,
  fields jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT event_stream_filters_one UNIQUE (tenant_id)
);

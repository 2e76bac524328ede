-- How likely somebody was to buy, each time that it was asked.
CREATE TABLE intent_scores (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  shopper_id bigint NOT NULL,
  score numeric(5,2) NOT NULL CHECK (score BETWEEN 0 AND 100),
  likelihood text NOT NULL CHECK (likelihood IN ('very_low', 'low', 'medium', 'high', 'very_high')),
  factors text[] NOT NULL,
  action text NOT NULL,
  facts jsonb NOT NULL,
  model text NOT NULL,
  scored_at timestamptz NOT NULL,
  is_latest boolean NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, shopper_id) REFERENCES shoppers ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX intent_scores_latest ON intent_scores (tenant_id, shopper_id) WHERE is_latest;
CREATE INDEX intent_scores_shopper ON intent_scores (tenant_id, shopper_id, id);
CREATE INDEX intent_scores_scored_at ON intent_scores (tenant_id, scored_at);
COMMENT ON COLUMN intent_scores.model IS 'public-1 of the server''s own, store-3 of the store''s third';

-- Models that were trained on a store's own sessions.
CREATE TABLE intent_models (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  trained_at timestamptz NOT NULL,
  model jsonb NOT NULL,
  serves boolean NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT intent_models_number UNIQUE (tenant_id, number)
);
CREATE UNIQUE INDEX intent_models_serves ON intent_models (tenant_id) WHERE serves;

CREATE TABLE forecast_parameters (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  growth_rate numeric(7,2) NOT NULL CHECK (growth_rate BETWEEN -90 AND 500),
  seasonality text NOT NULL CHECK (seasonality IN ('auto', 'none')),
  history_days integer CHECK (history_days BETWEEN 90 AND 3650),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT forecast_parameters_once UNIQUE (tenant_id)
);

-- What was said of revenue ahead: the last word of each day.
CREATE TABLE revenue_forecasts (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  as_of date NOT NULL,
  calculated_at timestamptz NOT NULL,
  outlook jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX revenue_forecasts_as_of ON revenue_forecasts (tenant_id, as_of);

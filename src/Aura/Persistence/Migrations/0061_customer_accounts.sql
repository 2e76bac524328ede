-- What customers will bring: the last account of each day, with the models that it was reckoned by.
CREATE TABLE customer_accounts (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  as_of date NOT NULL,
  calculated_at timestamptz NOT NULL,
  currency character(3) NOT NULL,
  customers integer NOT NULL,
  repeaters integer NOT NULL,
  average bigint NOT NULL,
  models jsonb NOT NULL,
  segments jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX customer_accounts_as_of ON customer_accounts (tenant_id, as_of);

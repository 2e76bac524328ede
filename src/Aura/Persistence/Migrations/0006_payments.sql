CREATE TABLE payment_methods (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  customer_id bigint,
  kind text NOT NULL,
  gateway text NOT NULL,
  token text NOT NULL,
  brand text NOT NULL,
  last4 text CHECK (last4 ~ '^[0-9]{4}$'),
  exp_month integer CHECK (exp_month BETWEEN 1 AND 12),
  exp_year integer,
  fingerprint text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX payment_methods_customer ON payment_methods (tenant_id, customer_id, id);
CREATE INDEX payment_methods_fingerprint ON payment_methods (tenant_id, fingerprint);
CREATE INDEX payment_methods_created ON payment_methods (tenant_id, created_at);

CREATE TABLE payment_intents (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  currency character(3) NOT NULL,
  order_id bigint,
  customer_id bigint,
  kind text,
  payment_method_id bigint,
  method jsonb,
  capture_method text NOT NULL,
  status text NOT NULL,
  payment_status text NOT NULL,
  client_secret text NOT NULL,
  next_action jsonb,
  gateway text,
  gateway_reference text,
  decline_code text,
  decline_message text,
  cancellation_reason text,
  authorized bigint NOT NULL CHECK (authorized >= 0),
  captured bigint NOT NULL CHECK (captured >= 0),
  refunded bigint NOT NULL CHECK (refunded >= 0),
  disputed bigint NOT NULL CHECK (disputed >= 0),
  refunding bigint NOT NULL,
  captured_at timestamptz,
  attempts integer NOT NULL,
  step jsonb,
  once_key text,
  metadata jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, payment_method_id) REFERENCES payment_methods ON DELETE SET NULL (payment_method_id),
  CONSTRAINT refunds_within_what_was_captured CHECK (refunding BETWEEN refunded AND captured)
);
COMMENT ON COLUMN payment_intents.refunding IS 'all refunds that did not fail; what racing refunds compete for';
CREATE UNIQUE INDEX payment_intents_once ON payment_intents (tenant_id, once_key);
CREATE INDEX payment_intents_once_age ON payment_intents (created_at) WHERE once_key LIKE 'key\_%';
CREATE UNIQUE INDEX payment_intents_reference ON payment_intents (tenant_id, gateway, gateway_reference);
CREATE INDEX payment_intents_order ON payment_intents (tenant_id, order_id, id) WHERE order_id IS NOT NULL;
CREATE INDEX payment_intents_customer ON payment_intents (tenant_id, customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX payment_intents_status ON payment_intents (tenant_id, payment_status, id);
CREATE INDEX payment_intents_created ON payment_intents (tenant_id, created_at);
CREATE INDEX payment_intents_method ON payment_intents (tenant_id, payment_method_id) WHERE payment_method_id IS NOT NULL;
CREATE INDEX payment_intents_metadata ON payment_intents USING gin (tenant_id, metadata jsonb_path_ops);

CREATE TABLE payment_entries (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  intent_id bigint NOT NULL,
  order_id bigint,
  kind text NOT NULL,
  minor bigint NOT NULL CHECK (minor >= 0),
  gateway_reference text NOT NULL,
  gateway_event_id text,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, intent_id) REFERENCES payment_intents DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX payment_entries_fact ON payment_entries (tenant_id, intent_id, kind, gateway_reference);
CREATE INDEX payment_entries_order ON payment_entries (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX payment_entries_at ON payment_entries (tenant_id, at);

-- What happened to money stays written, whoever holds the connection.
CREATE FUNCTION payment_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'payment_entries is append-only: write an entry that corrects';
END $$;
CREATE TRIGGER payment_entries_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_entries
  FOR EACH STATEMENT EXECUTE FUNCTION payment_entry_is_final();

CREATE TABLE refunds (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  intent_id bigint NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  currency character(3) NOT NULL,
  reason text,
  status text NOT NULL,
  failure_code text,
  estimated_arrival date NOT NULL,
  refund_application_fee boolean NOT NULL,
  gateway_reference text,
  gateway_key text NOT NULL,
  once_key text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, intent_id) REFERENCES payment_intents DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX refunds_reference ON refunds (tenant_id, intent_id, gateway_reference);
CREATE UNIQUE INDEX refunds_once ON refunds (tenant_id, once_key);
CREATE INDEX refunds_once_age ON refunds (created_at) WHERE once_key LIKE 'key\_%';

CREATE TABLE payment_disputes (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  intent_id bigint NOT NULL,
  gateway_reference text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  currency character(3) NOT NULL,
  reason text NOT NULL,
  status text NOT NULL,
  evidence_due_by timestamptz,
  evidence jsonb,
  answered_at timestamptz,
  closed_at timestamptz,
  answer_key text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, intent_id) REFERENCES payment_intents DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX payment_disputes_reference ON payment_disputes (tenant_id, intent_id, gateway_reference);
CREATE INDEX payment_disputes_status ON payment_disputes (tenant_id, status, id);
CREATE INDEX payment_disputes_due ON payment_disputes (tenant_id, evidence_due_by);
CREATE INDEX payment_disputes_created ON payment_disputes (tenant_id, created_at);

-- What the sandbox gateway remembers: the other side, so no key leads from here to payment_intents.
CREATE TABLE sandbox_ledger (
  tenant_id bigint NOT NULL REFERENCES stores,
  key text NOT NULL,
  version bigint NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (tenant_id, key)
);

-- Which invoice of which source became which order or credit note: what is here is not imported again.
CREATE TABLE past_invoices (
  tenant_id bigint NOT NULL REFERENCES stores,
  source text NOT NULL,
  number text NOT NULL,
  order_id bigint,
  credit_note_id bigint,
  amount bigint NOT NULL,
  PRIMARY KEY (tenant_id, source, number),
  CHECK (num_nonnulls(order_id, credit_note_id) = 1)
);

-- Credits of the past: the part that could be booked against orders is there a refund, the rest stands here alone.
CREATE TABLE credit_notes (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  number text NOT NULL,
  customer_id bigint,
  currency character(3) NOT NULL,
  amount bigint NOT NULL,
  refunded bigint NOT NULL CHECK (refunded >= 0),
  lines jsonb NOT NULL,
  issued_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN credit_notes.amount IS 'below zero where the customer was charged more';
CREATE INDEX credit_notes_customer ON credit_notes (tenant_id, customer_id, id);
CREATE INDEX credit_notes_issued ON credit_notes (tenant_id, issued_at, id);

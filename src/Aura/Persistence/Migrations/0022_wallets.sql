-- What customers have with a store: credit in a currency, and points. A balance is the sum of its entries, kept beside them so that one
-- conditional UPDATE guards it.
CREATE TABLE wallets (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  customer_id bigint NOT NULL,
  unit text NOT NULL CHECK (unit = 'points' OR unit ~ '^[A-Z]{3}$'),
  available bigint NOT NULL,
  pending bigint NOT NULL CHECK (pending >= 0),
  held bigint NOT NULL CHECK (held >= 0),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT wallets_customer UNIQUE (tenant_id, customer_id, unit),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 80);
COMMENT ON COLUMN wallets.available IS 'minor units or points; below zero only where something was taken back after it had been spent';
COMMENT ON COLUMN wallets.held IS 'set aside for checkouts that are not over';

CREATE TABLE wallet_entries (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  wallet_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  unit text NOT NULL,
  kind text NOT NULL,
  available bigint NOT NULL,
  pending bigint NOT NULL,
  held bigint NOT NULL,
  source text NOT NULL,
  reference text NOT NULL,
  grant_id bigint,
  order_id bigint,
  reason text,
  due_at timestamptz,
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT wallet_entries_once UNIQUE (tenant_id, wallet_id, kind, reference),
  FOREIGN KEY (tenant_id, wallet_id) REFERENCES wallets
);
COMMENT ON COLUMN wallet_entries.grant_id IS 'the entry that gave what this one is about';
CREATE INDEX wallet_entries_grant ON wallet_entries (tenant_id, grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX wallet_entries_order ON wallet_entries (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX wallet_entries_customer ON wallet_entries (tenant_id, customer_id, id);
CREATE INDEX wallet_entries_time ON wallet_entries (tenant_id, created_at);

CREATE FUNCTION wallet_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'wallet_entries is append-only: write an entry that corrects';
END $$;
CREATE TRIGGER wallet_entries_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_entries
  FOR EACH STATEMENT EXECUTE FUNCTION wallet_entry_is_final();

-- What the customer's credit pays of an order that is being checked out; once the order is placed, a payment says so.
ALTER TABLE orders ADD COLUMN credit bigint NOT NULL DEFAULT 0 CHECK (credit >= 0);

-- A refund of a return may give back what was paid for the delivery, and keep a fee.
ALTER TABLE returns
  ADD COLUMN shipping_refund bigint NOT NULL DEFAULT 0 CHECK (shipping_refund >= 0),
  ADD COLUMN restocking_fee bigint NOT NULL DEFAULT 0 CHECK (restocking_fee >= 0);

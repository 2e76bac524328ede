-- Orders that are owed to a message of a campaign, or to one that was sent directly.
CREATE TABLE message_sales (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  message_id bigint NOT NULL,
  cart_id bigint,
  order_id bigint,
  order_reference text,
  currency character(3) NOT NULL,
  revenue bigint NOT NULL CHECK (revenue >= 0),
  placed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT message_sales_order UNIQUE (tenant_id, order_id),
  CONSTRAINT message_sales_cart UNIQUE (tenant_id, cart_id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, cart_id) REFERENCES watched_carts,
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN message_sales.cart_id IS 'that was won back by it, where one had been abandoned';
COMMENT ON COLUMN message_sales.revenue IS 'minor units of the order';
CREATE INDEX message_sales_message ON message_sales (tenant_id, message_id);
CREATE INDEX message_sales_reference ON message_sales (tenant_id, order_reference) WHERE cart_id IS NULL AND order_reference IS NOT NULL;
CREATE INDEX message_sales_placed ON message_sales (tenant_id, placed_at);

ALTER TABLE watched_carts ADD COLUMN credited_message_id bigint;
ALTER TABLE watched_carts ADD FOREIGN KEY (tenant_id, credited_message_id) REFERENCES messages DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE messages ADD COLUMN last_clicked_at timestamptz;
UPDATE messages SET last_clicked_at = clicked_at WHERE clicked_at IS NOT NULL;

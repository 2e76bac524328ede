-- Which cart an order of another shop won back: asked when it is credited, claimed or cancelled.
CREATE INDEX watched_carts_order_reference ON watched_carts (tenant_id, order_reference) WHERE order_reference IS NOT NULL;

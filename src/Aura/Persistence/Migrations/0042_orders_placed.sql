-- Lists show orders that are placed. An order that waits for its payment is in no list, and need not be in their indexes: it is written twice, and goes into
-- each of them once.
DROP INDEX orders_created, orders_updated, orders_placed, orders_total, orders_tags, orders_metadata, orders_email, orders_status, orders_payment_status, orders_fulfillment_status;
CREATE INDEX orders_created ON orders (tenant_id, created_at, id) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_updated ON orders (tenant_id, updated_at, id) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_placed ON orders (tenant_id, placed_at, id) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_total ON orders (tenant_id, total, id) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_tags ON orders USING gin (tenant_id, tags) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_metadata ON orders USING gin (tenant_id, metadata jsonb_path_ops) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_email ON orders (tenant_id, email, id) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_status ON orders (tenant_id, status, id) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_payment_status ON orders (tenant_id, payment_status, id) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_fulfillment_status ON orders (tenant_id, fulfillment_status, id) WHERE placed_at IS NOT NULL;

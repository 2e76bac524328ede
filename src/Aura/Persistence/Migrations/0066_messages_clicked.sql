-- Which click came before an order.
CREATE INDEX messages_clicked ON messages (tenant_id, shopper_id, clicked_at) WHERE clicked_at IS NOT NULL;
CREATE INDEX messages_channel ON messages (tenant_id, channel, id);
CREATE INDEX messages_template ON messages (tenant_id, template, id);
CREATE INDEX messages_shopper_id ON messages (tenant_id, shopper_id, id);
CREATE INDEX consents_type ON consents (tenant_id, type, id);

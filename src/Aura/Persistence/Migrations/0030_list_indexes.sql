-- Indexes of the lists, so that a page costs the same at a thousand rows and at a million. Each says which filter or order it serves; what has none is
-- named in the API description. Columns behind INCLUDE let rows be counted without being read.

-- orders: email=, sort=email. Orders that were not placed are in no list.
DROP INDEX orders_email;
CREATE INDEX orders_email ON orders (tenant_id, email, id);
-- orders: status=, payment_status=, fulfillment_status=, with their totals.
DROP INDEX orders_status, orders_payment_status, orders_fulfillment_status;
CREATE INDEX orders_status ON orders (tenant_id, status, id) INCLUDE (placed_at);
CREATE INDEX orders_payment_status ON orders (tenant_id, payment_status, id) INCLUDE (placed_at);
CREATE INDEX orders_fulfillment_status ON orders (tenant_id, fulfillment_status, id) INCLUDE (placed_at);

-- customers: created_from=, sort=created_at; updated_at, for those who follow changes; last_name and phone.
DROP INDEX customers_created;
CREATE INDEX customers_created ON customers (tenant_id, created_at, id);
CREATE INDEX customers_updated ON customers (tenant_id, updated_at, id);
CREATE INDEX customers_last_name ON customers (tenant_id, last_name, id);
CREATE INDEX customers_phone ON customers (tenant_id, phone, id);

-- payments: created_from=, sort=created_at, and the total of the list; updated_at; status=.
DROP INDEX payment_intents_created, payment_intents_status;
CREATE INDEX payment_intents_created ON payment_intents (tenant_id, created_at, id) WHERE attempts > 0;
CREATE INDEX payment_intents_updated ON payment_intents (tenant_id, updated_at, id) WHERE attempts > 0;
CREATE INDEX payment_intents_status ON payment_intents (tenant_id, payment_status, id) WHERE attempts > 0;
-- payments/disputes: created_at, evidence_due_by.
DROP INDEX payment_disputes_created, payment_disputes_due;
CREATE INDEX payment_disputes_created ON payment_disputes (tenant_id, created_at, id);
CREATE INDEX payment_disputes_due ON payment_disputes (tenant_id, evidence_due_by, id);
-- payment-methods: created_at, type=.
DROP INDEX payment_methods_created;
CREATE INDEX payment_methods_created ON payment_methods (tenant_id, created_at, id);
CREATE INDEX payment_methods_kind ON payment_methods (tenant_id, kind, id);

-- coupons: created_at, expires_at, and the totals of all lists. Uses move none of these columns, so that counting them stays cheap.
CREATE INDEX coupons_created ON coupons (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_expires ON coupons (tenant_id, expires_at, id) WHERE deleted_at IS NULL;
DROP INDEX coupons_promotion, coupons_batch;
CREATE INDEX coupons_promotion ON coupons (tenant_id, promotion_id, id) INCLUDE (deleted_at);
CREATE INDEX coupons_batch ON coupons (tenant_id, batch_id, id) INCLUDE (deleted_at) WHERE batch_id IS NOT NULL;

-- referrals: program_id=, referee_customer_id=, referral_code=, created_at.
CREATE INDEX referrals_program ON referrals (tenant_id, program_id, id);
CREATE INDEX referrals_code_text ON referrals (tenant_id, code, id);
CREATE INDEX referrals_created ON referrals (tenant_id, created_at, id);

-- automation firings: a rule's log, outcome=, customer_id=.
CREATE INDEX automation_firings_log ON automation_firings (tenant_id, automation_id, id);
CREATE INDEX automation_firings_outcome ON automation_firings (tenant_id, automation_id, outcome, id);
CREATE INDEX automation_firings_customer ON automation_firings (tenant_id, automation_id, customer_id, id) WHERE customer_id IS NOT NULL;

-- webhook deliveries: event_type=, created_at.
CREATE INDEX webhook_deliveries_type ON webhook_deliveries (tenant_id, webhook_id, event_type, id);
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (tenant_id, webhook_id, created_at, id);

-- audit-logs: action=updated and action=product.updated.
CREATE INDEX audit_logs_verb ON audit_logs (tenant_id, split_part(action, '.', 2), id);

-- reviews of a product: created_at, rating=.
CREATE INDEX reviews_created ON reviews (tenant_id, product_id, created_at, id);
CREATE INDEX reviews_rating ON reviews (tenant_id, product_id, rating, id);

-- inventory/reorders: created_at. credit-notes: number=.
CREATE INDEX reorders_created ON reorders (tenant_id, created_at, id);
CREATE INDEX credit_notes_number ON credit_notes (tenant_id, number, id);

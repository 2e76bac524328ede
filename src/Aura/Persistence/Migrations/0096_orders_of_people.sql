-- The orders of a person, by address or telephone number however they are written, and the person of a number: asked before every message and for every order.
CREATE INDEX orders_email_key ON orders (tenant_id, lower(email), placed_at) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_phone_digits ON orders
  (tenant_id, right(regexp_replace(coalesce(shipping_address ->> 'phone', billing_address ->> 'phone'), '\D', '', 'g'), 9), placed_at)
  WHERE placed_at IS NOT NULL AND coalesce(shipping_address ->> 'phone', billing_address ->> 'phone') IS NOT NULL;
CREATE INDEX shop_orders_phone ON shop_orders (tenant_id, phone) WHERE phone IS NOT NULL;
CREATE INDEX shop_orders_reference ON shop_orders (tenant_id, reference) WHERE reference IS NOT NULL;
CREATE INDEX shoppers_phone_digits ON shoppers (tenant_id, right(regexp_replace(phone, '\D', '', 'g'), 9)) WHERE phone IS NOT NULL;
CREATE INDEX customers_phone_digits ON customers (tenant_id, right(regexp_replace(phone, '\D', '', 'g'), 9)) WHERE phone IS NOT NULL;

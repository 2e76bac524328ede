-- What two ways of writing a telephone number have in common: some are written with the country, some without. Taken in by the planner, so indexes serve whoever calls it.
CREATE FUNCTION phone_digits(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN right(regexp_replace(phone, '\D', '', 'g'), 9);

DROP INDEX orders_phone_digits;
DROP INDEX shoppers_phone_digits;
DROP INDEX customers_phone_digits;
CREATE INDEX orders_phone_digits ON orders (tenant_id, phone_digits(coalesce(shipping_address ->> 'phone', billing_address ->> 'phone')), placed_at)
  WHERE placed_at IS NOT NULL AND coalesce(shipping_address ->> 'phone', billing_address ->> 'phone') IS NOT NULL;
CREATE INDEX shoppers_phone_digits ON shoppers (tenant_id, phone_digits(phone)) WHERE phone IS NOT NULL;
CREATE INDEX customers_phone_digits ON customers (tenant_id, phone_digits(phone)) WHERE phone IS NOT NULL;

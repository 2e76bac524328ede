-- Numbers that move with what a store is set up with, so that who keeps that in memory asks only for the number: one row per store, to
-- be read along with whatever else a request reads of the store. The numbers come from a sequence, so that one that was rolled back
-- never comes again for something else. They take the place of promotion_versions.
CREATE SEQUENCE versions AS bigint;
CREATE TABLE store_versions (
  tenant_id bigint PRIMARY KEY REFERENCES stores,
  promotions bigint NOT NULL,
  taxes bigint NOT NULL,
  shipping bigint NOT NULL
) WITH (fillfactor = 50);
COMMENT ON COLUMN store_versions.promotions IS 'of promotions, customer segments and A/B tests';
INSERT INTO store_versions SELECT id, v, v, v FROM (SELECT id, nextval('versions') AS v FROM stores) s;

-- By statement: who changes ten thousand promotions at once moves the number once.
CREATE FUNCTION store_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO store_versions AS s
  SELECT tenant_id, v, v, v FROM (SELECT tenant_id, nextval('versions') AS v FROM (SELECT DISTINCT tenant_id FROM changed ORDER BY tenant_id) stores) moved
  ON CONFLICT (tenant_id) DO UPDATE SET
    promotions = CASE TG_ARGV[0] WHEN 'promotions' THEN excluded.promotions ELSE s.promotions END,
    taxes = CASE TG_ARGV[0] WHEN 'taxes' THEN excluded.taxes ELSE s.taxes END,
    shipping = CASE TG_ARGV[0] WHEN 'shipping' THEN excluded.shipping ELSE s.shipping END;
  RETURN NULL;
END $$;

DROP TRIGGER promotions_version ON promotions;
DROP TRIGGER customer_segments_version ON customer_segments;
DROP TRIGGER ab_tests_version ON ab_tests;
DROP FUNCTION promotions_changed;
DROP TABLE promotion_versions;

DO $$
DECLARE
  kept text[];
BEGIN
  FOREACH kept SLICE 1 IN ARRAY ARRAY[['promotions', 'promotions'], ['customer_segments', 'promotions'], ['ab_tests', 'promotions'],
    ['tax_regions', 'taxes'], ['shipping_methods', 'shipping']]
  LOOP
    EXECUTE format('CREATE TRIGGER %1$s_inserted AFTER INSERT ON %1$s REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION store_changed(%2$L)', kept[1], kept[2]);
    EXECUTE format('CREATE TRIGGER %1$s_updated AFTER UPDATE ON %1$s REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION store_changed(%2$L)', kept[1], kept[2]);
    EXECUTE format('CREATE TRIGGER %1$s_deleted AFTER DELETE ON %1$s REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION store_changed(%2$L)', kept[1], kept[2]);
  END LOOP;
END $$;

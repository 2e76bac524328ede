-- The numbers of a store's settings are drawn by lot like the revisions of products: of two histories (a standby took over before it had
-- everything) a sequence would give two states the same number, and a server that outlived both would not see the second.
CREATE OR REPLACE FUNCTION store_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO store_versions AS s
  SELECT tenant_id, v, v, v FROM (SELECT tenant_id, 1 + (random() * 9007199254740990)::bigint AS v FROM (SELECT DISTINCT tenant_id FROM changed ORDER BY tenant_id) stores) moved
  ON CONFLICT (tenant_id) DO UPDATE SET
    promotions = CASE TG_ARGV[0] WHEN 'promotions' THEN excluded.promotions ELSE s.promotions END,
    taxes = CASE TG_ARGV[0] WHEN 'taxes' THEN excluded.taxes ELSE s.taxes END,
    shipping = CASE TG_ARGV[0] WHEN 'shipping' THEN excluded.shipping ELSE s.shipping END;
  RETURN NULL;
END $$;
DROP SEQUENCE versions;

-- What a product shows besides its stock has a number that no other state of it has: pictures kept of products are told by it.
-- The database draws it, in the transaction of the change, so that no program and no statement typed by hand can forget to.
-- It is drawn by lot and not counted: of two histories (a standby took over before it had everything) a counter would give
-- two states the same number.
ALTER TABLE products ADD COLUMN revision bigint NOT NULL DEFAULT 0; -- of those that are there: their first
ALTER TABLE products ALTER COLUMN revision SET DEFAULT (random() * 9007199254740992)::bigint;

CREATE FUNCTION products_draw_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.revision := (random() * 9007199254740992)::bigint;
  RETURN NEW;
END $$;
CREATE TRIGGER products_draw_revision BEFORE UPDATE ON products FOR EACH ROW EXECUTE FUNCTION products_draw_revision();

-- A product that this transaction has written already has a new number: nobody has seen it yet.
CREATE FUNCTION products_part_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE products SET revision = 0 WHERE tenant_id = OLD.tenant_id AND id = OLD.product_id AND xmin <> pg_current_xact_id()::xid;
  END IF;
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND (NEW.tenant_id, NEW.product_id) <> (OLD.tenant_id, OLD.product_id) THEN
    UPDATE products SET revision = 0 WHERE tenant_id = NEW.tenant_id AND id = NEW.product_id AND xmin <> pg_current_xact_id()::xid;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER variants_revise_product AFTER INSERT OR UPDATE OR DELETE ON variants FOR EACH ROW EXECUTE FUNCTION products_part_changed();
CREATE TRIGGER product_images_revise_product AFTER INSERT OR UPDATE OR DELETE ON product_images FOR EACH ROW EXECUTE FUNCTION products_part_changed();
CREATE TRIGGER product_categories_revise_product AFTER INSERT OR UPDATE OR DELETE ON product_categories FOR EACH ROW EXECUTE FUNCTION products_part_changed();

-- A category that is called otherwise changes what each of its products shows. There may be a million of them: one number for the store says it.
CREATE TABLE category_revisions (
  tenant_id bigint PRIMARY KEY REFERENCES stores ON DELETE CASCADE,
  revision bigint NOT NULL
);
CREATE FUNCTION categories_draw_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO category_revisions VALUES (NEW.tenant_id, (random() * 9007199254740992)::bigint)
  ON CONFLICT (tenant_id) DO UPDATE SET revision = EXCLUDED.revision;
  RETURN NULL;
END $$;
CREATE TRIGGER categories_draw_revision AFTER UPDATE OF slug ON categories FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION categories_draw_revision();

-- The foreign keys of many new rows, all rows at once: a look at each key of each row takes longer than all else about the rows.
-- What is referred to is held as each key would hold it, so that nobody takes it away before the end; rows of this transaction nobody else can see.
-- Every key that the table has now is looked at, whoever added it. Indexes alone are used: of tables that were empty a minute ago the planner knows nothing.
CREATE FUNCTION check_references(referring regclass, tenant bigint, ids bigint[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  steps text;
  broken text;
BEGIN
  SELECT format('WITH fresh AS MATERIALIZED (SELECT r.* FROM unnest($2) AS given (id) JOIN %s r ON r.tenant_id = $1 AND r.id = given.id)', referring)
    || string_agg(format('
      , wanted_%1$s AS MATERIALIZED (SELECT DISTINCT %2$s FROM fresh WHERE %3$s)
      , others_%1$s AS MATERIALIZED (SELECT * FROM wanted_%1$s w WHERE NOT EXISTS (SELECT FROM %4$s p WHERE %5$s AND p.xmin = pg_current_xact_id()::xid))
      , held_%1$s AS MATERIALIZED (SELECT FROM others_%1$s w JOIN %4$s p ON %5$s FOR KEY SHARE OF p)', id, columns, given, referee, matching), '')
    || ' SELECT CASE' || string_agg(format(' WHEN (SELECT count(*) FROM others_%1$s) <> (SELECT count(*) FROM held_%1$s) THEN %2$L', id, name), '') || ' END'
  INTO steps
  FROM (
    SELECT c.oid AS id, c.conname AS name, c.confrelid::regclass AS referee, string_agg(quote_ident(child.attname), ', ') AS columns,
      string_agg(format('%I IS NOT NULL', child.attname), ' AND ') AS given, string_agg(format('p.%I = w.%I', parent.attname, child.attname), ' AND ') AS matching
    FROM pg_constraint c
    CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS pair (child, parent)
    JOIN pg_attribute child ON child.attrelid = c.conrelid AND child.attnum = pair.child
    JOIN pg_attribute parent ON parent.attrelid = c.confrelid AND parent.attnum = pair.parent
    WHERE c.conrelid = referring AND c.contype = 'f'
    GROUP BY c.oid) keys;
  IF steps IS NULL THEN
    RETURN;
  END IF;
  EXECUTE steps INTO broken USING tenant, ids;
  IF broken IS NOT NULL THEN
    RAISE foreign_key_violation USING MESSAGE = format('insert on table "%s" violates foreign key constraint "%s"', referring, broken), CONSTRAINT = broken, TABLE = referring::text;
  END IF;
END $$;

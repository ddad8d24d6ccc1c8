-- Every table of the schema shows and takes only rows of the context's business, for every role, the owner included. A
-- table that cannot be held to that is refused. The sub-select makes the context one look-up per statement instead of
-- one per row.
DO $$
DECLARE
    v_table record;
BEGIN
    FOR v_table IN
        SELECT
            relation.relname AS name,
            relation.relrowsecurity AND relation.relforcerowsecurity AS is_forced,
            EXISTS (
                SELECT FROM pg_catalog.pg_attribute AS tenant
                WHERE tenant.attrelid = relation.oid AND tenant.attname = 'business_id'
                  AND tenant.atttypid = 'uuid'::regtype AND tenant.attnotnull AND NOT tenant.attisdropped
            ) AS has_business
        FROM pg_catalog.pg_class AS relation
        -- Materialized views and foreign tables know no row level security, and so are refused.
        WHERE relation.relnamespace = 'tallystick'::regnamespace AND relation.relkind IN ('r', 'p', 'm', 'f')
        ORDER BY relation.relname
    LOOP
        IF NOT v_table.has_business THEN
            RAISE EXCEPTION 'table tallystick.% has no column business_id uuid NOT NULL', v_table.name
                USING HINT = 'every table of schema tallystick belongs to the tenants; put others into a schema of their own';
        END IF;
        IF NOT v_table.is_forced THEN
            RAISE EXCEPTION 'table tallystick.% does not force row level security', v_table.name
                USING HINT = 'ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, in its migration';
        END IF;
        EXECUTE format('DROP POLICY IF EXISTS tenant_isolation ON tallystick.%I', v_table.name);
        EXECUTE format(
            'CREATE POLICY tenant_isolation ON tallystick.%I
                 USING (business_id = (SELECT tallystick.context_business_id()))
                 WITH CHECK (business_id = (SELECT tallystick.context_business_id()))',
            v_table.name);
    END LOOP;
END
$$;

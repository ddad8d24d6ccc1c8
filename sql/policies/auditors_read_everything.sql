-- Who is in tallystick_auditor reads the rows of every business, and can change none. `verify` needs that for a role that is
-- neither a superuser nor has BYPASSRLS. For every other role this policy does not exist: it costs no call anything.
DO $$
DECLARE
    v_table name;
BEGIN
    FOR v_table IN
        SELECT relation.relname
        FROM pg_catalog.pg_class AS relation
        WHERE relation.relnamespace = 'tallystick'::regnamespace AND relation.relkind IN ('r', 'p')
        ORDER BY relation.relname
    LOOP
        EXECUTE format('DROP POLICY IF EXISTS auditors_read_everything ON tallystick.%I', v_table);
        EXECUTE format(
            'CREATE POLICY auditors_read_everything ON tallystick.%I FOR SELECT TO tallystick_auditor USING (true)', v_table);
    END LOOP;
END
$$;

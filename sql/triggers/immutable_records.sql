-- Facts refuse UPDATE, DELETE and TRUNCATE, whoever asks: the triggers fire ALWAYS, also for a session that sets
-- session_replication_role. A table's comment says whether it holds facts. A table
-- that does not say it is refused, so that no table of facts is left open by forgetting.
DO $$
DECLARE
    v_table record;
BEGIN
    FOR v_table IN
        SELECT relation.relname AS name, coalesce(obj_description(relation.oid, 'pg_class'), '') AS comment
        FROM pg_catalog.pg_class AS relation
        WHERE relation.relnamespace = 'tallystick'::regnamespace AND relation.relkind IN ('r', 'p')
        ORDER BY relation.relname
    LOOP
        IF v_table.comment !~ '^(fact|state)(, server only)?: .' THEN
            RAISE EXCEPTION 'table tallystick.% does not say what it is', v_table.name
                USING HINT = 'COMMENT ON TABLE … IS ''fact: …'' or ''state: …'', in the migration that creates it';
        END IF;
        CONTINUE WHEN v_table.comment !~ '^fact';
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tallystick.%I
                 FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change()', v_table.name);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.%I
                 FOR EACH STATEMENT EXECUTE FUNCTION tallystick.refuse_change()', v_table.name);
        EXECUTE format('ALTER TABLE tallystick.%I ENABLE ALWAYS TRIGGER refuse_change', v_table.name);
        EXECUTE format('ALTER TABLE tallystick.%I ENABLE ALWAYS TRIGGER refuse_truncate', v_table.name);
    END LOOP;
END
$$;

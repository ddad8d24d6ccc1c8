-- What a superuser must do before rows can be damaged: remove foreign keys, triggers and constraints.
-- Runs in the damage's own transaction, which is rolled back.
SET LOCAL session_replication_role = replica;
DO $$
DECLARE
    v_table regclass;
    v_domain regtype;
    v_name name;
BEGIN
    FOR v_table IN SELECT oid FROM pg_class WHERE relnamespace = 'tallystick'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', v_table);
    END LOOP;
    FOR v_table, v_name IN
        SELECT conrelid, conname FROM pg_constraint
        WHERE connamespace = 'tallystick'::regnamespace AND contype IN ('c', 'f', 'u', 'p') AND conrelid <> 0
        ORDER BY contype = 'f' DESC
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', v_table, v_name);
    END LOOP;
    FOR v_domain, v_name IN
        SELECT contypid, conname FROM pg_constraint
        WHERE connamespace = 'tallystick'::regnamespace AND contype = 'c' AND contypid <> 0
    LOOP
        EXECUTE format('ALTER DOMAIN %s DROP CONSTRAINT %I', v_domain, v_name);
    END LOOP;
    FOR v_table, v_name IN
        SELECT attrelid, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'tallystick'::regnamespace AND relkind = 'r' AND attnum > 0 AND attnotnull
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', v_table, v_name);
    END LOOP;
    DROP INDEX tallystick.stock_movements_opening_is_single;
    DROP INDEX tallystick.credit_ledger_an_entry_is_reversed_once;
    DROP INDEX tallystick.creations_platform_key_is_used_once;
END
$$;

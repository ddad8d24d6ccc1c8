-- Completed facts refuse UPDATE, DELETE and TRUNCATE, whoever asks: the triggers fire ALWAYS, also for a session that
-- sets session_replication_role.
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['stock_movements', 'orders', 'order_items', 'credit_ledger'] LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tallystick.%I
                 FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change()', v_table);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.%I
                 FOR EACH STATEMENT EXECUTE FUNCTION tallystick.refuse_change()', v_table);
        EXECUTE format('ALTER TABLE tallystick.%I ENABLE ALWAYS TRIGGER refuse_change', v_table);
        EXECUTE format('ALTER TABLE tallystick.%I ENABLE ALWAYS TRIGGER refuse_truncate', v_table);
    END LOOP;
END
$$;

-- Everything that serving uses, locked before anything is changed: so `migrate` waits for the traffic and the traffic for
-- it, and never each for the other. Runs as tallystick_owner in the transaction of `migrate`, after bookkeeping.sql.
--
-- Views first, since a query locks a view before the tables under it, and whoever needs both takes the view first. LOCK TABLE
-- would lock those tables along with it; setting what is set already locks the view alone, as replacing it will.
--
-- Then tables in the order of the functions, customers first: whoever holds one of these needs none that stands before it.
DO $$
DECLARE
    v_view text;
    v_table text;
BEGIN
    FOREACH v_view IN ARRAY ARRAY['overdue_customers', 'customer_accounts', 'order_records'] LOOP
        IF EXISTS (
            SELECT FROM pg_catalog.pg_views AS present
            WHERE present.schemaname = 'tallystick' AND present.viewname = v_view) THEN
            EXECUTE format('ALTER VIEW tallystick.%I SET (security_invoker = true)', v_view);
        END IF;
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY[
        'customers', 'businesses', 'products', 'stock_movements', 'orders', 'credit_ledger', 'order_items', 'api_keys'
    ] LOOP
        IF EXISTS (
            SELECT FROM pg_catalog.pg_tables AS present
            WHERE present.schemaname = 'tallystick' AND present.tablename = v_table) THEN
            EXECUTE format('LOCK TABLE tallystick.%I IN ACCESS EXCLUSIVE MODE', v_table);
        END IF;
    END LOOP;
END
$$;

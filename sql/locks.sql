-- Purpose: lock every view and table that the server uses, before `migrate` changes anything. So `migrate` waits for the
-- traffic, or the traffic waits for `migrate`; they never deadlock.
-- Runs as tallystick_owner in the transaction of `migrate`, after bookkeeping.sql.
--
-- Views come first, because a query locks a view before the tables under it. LOCK TABLE on a view would lock those tables
-- too. ALTER VIEW with the value that is set already locks the view alone, with the lock that CREATE OR REPLACE VIEW takes.
--
-- Tables follow in the order of the functions, customers first: a transaction that holds one of them never asks for one
-- that stands earlier in the list.
DO $$
DECLARE
    v_view text;
    v_table text;
BEGIN
    FOREACH v_view IN ARRAY ARRAY['overdue_customers', 'customer_accounts', 'overdue_amounts', 'order_records'] LOOP
        IF EXISTS (
            SELECT FROM pg_catalog.pg_views AS present
            WHERE present.schemaname = 'tallystick' AND present.viewname = v_view) THEN
            EXECUTE format('ALTER VIEW tallystick.%I SET (security_invoker = true)', v_view);
        END IF;
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY[
        'customers', 'businesses', 'creations', 'products', 'product_versions', 'stock_movements', 'orders', 'returns', 'credit_ledger', 'allocations',
        'return_items', 'order_items', 'api_keys'
    ] LOOP
        IF EXISTS (
            SELECT FROM pg_catalog.pg_tables AS present
            WHERE present.schemaname = 'tallystick' AND present.tablename = v_table) THEN
            EXECUTE format('LOCK TABLE tallystick.%I IN ACCESS EXCLUSIVE MODE', v_table);
        END IF;
    END LOOP;
END
$$;

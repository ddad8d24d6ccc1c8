-- Every table that serving uses, locked before anything is changed: so `migrate` waits for the traffic and the traffic for
-- it, and never each for the other. Runs as tallystick_owner in the transaction of `migrate`, after bookkeeping.sql.
--
-- In the order of the functions, customers first: whoever holds one of these tables needs none that stands before it.
-- (customer_create looks at its business first; a run that loses a deadlock to it is tried again.)
DO $$
DECLARE
    v_table text;
BEGIN
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

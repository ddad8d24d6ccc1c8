-- Every tenant table shows and takes only rows of the context's business, for every role, the owner included (the
-- tables FORCE it). The sub-select makes the context one look-up per statement instead of one per row.
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[
        'businesses', 'customers', 'products', 'stock_movements', 'orders', 'order_items', 'credit_ledger', 'api_keys'
    ] LOOP
        EXECUTE format('DROP POLICY IF EXISTS tenant_isolation ON tallystick.%I', v_table);
        EXECUTE format(
            'CREATE POLICY tenant_isolation ON tallystick.%I
                 USING (business_id = (SELECT tallystick.context_business_id()))
                 WITH CHECK (business_id = (SELECT tallystick.context_business_id()))',
            v_table);
    END LOOP;
END
$$;

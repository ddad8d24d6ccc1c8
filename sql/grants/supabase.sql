-- On a Supabase-style database a signed-in user (role authenticated, the business in request.jwt.claims) reads its own
-- business's rows and may purchase for it; nothing else. anon and service_role get nothing.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'authenticated') THEN
        GRANT USAGE ON SCHEMA tallystick TO authenticated;
        REVOKE ALL ON ALL TABLES IN SCHEMA tallystick FROM authenticated;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tallystick FROM authenticated;
        GRANT SELECT ON
            tallystick.businesses, tallystick.customers, tallystick.products, tallystick.stock_movements,
            tallystick.orders, tallystick.order_items, tallystick.credit_ledger,
            tallystick.customer_accounts, tallystick.overdue_customers, tallystick.order_records
        TO authenticated;
        GRANT EXECUTE ON FUNCTION
            tallystick.context_business_id(),
            tallystick.claims_business_id(),
            tallystick.purchase(uuid, uuid, uuid[], bigint[], text, uuid)
        TO authenticated;
    END IF;
END
$$;

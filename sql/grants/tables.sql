-- The server's role reads, under row level security, and writes nothing: every write is a function's.
GRANT USAGE ON SCHEMA tallystick TO tallystick_app;

REVOKE ALL ON ALL TABLES IN SCHEMA tallystick FROM PUBLIC, tallystick_app;
GRANT SELECT ON
    tallystick.businesses, tallystick.customers, tallystick.products, tallystick.stock_movements,
    tallystick.orders, tallystick.order_items, tallystick.credit_ledger, tallystick.api_keys,
    tallystick.customer_accounts, tallystick.overdue_customers, tallystick.order_records
TO tallystick_app;

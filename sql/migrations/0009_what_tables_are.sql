-- Each table says what it is. Triggers and grants follow from that, for every table of the schema alike:
-- triggers/immutable_records.sql, grants/supabase.sql.
--
-- 'fact: …'   a row is never changed and never deleted.
-- 'state: …'  a row is changed in place.
-- Either word may be followed by ', server only': then signed-in users of a Supabase-style database do not read the table.
COMMENT ON TABLE tallystick.businesses IS 'state: the tenants';
COMMENT ON TABLE tallystick.customers IS 'state: who buys on credit';
COMMENT ON TABLE tallystick.products IS 'state: what is sold, with price and stock';
COMMENT ON TABLE tallystick.stock_movements IS 'fact: opening stock, restocks and corrections';
COMMENT ON TABLE tallystick.orders IS 'fact: completed purchases';
COMMENT ON TABLE tallystick.order_items IS 'fact: the lines of orders';
COMMENT ON TABLE tallystick.credit_ledger IS 'fact: every change of a customer''s debt';
COMMENT ON TABLE tallystick.api_keys IS 'state, server only: hashes of API keys';

-- Purpose: the trigger function that refuses to delete customers, and to give one another id. Ledger entries and orders name
-- customers without a foreign key, which would cost each purchase more. The trigger ledger_entries_are_right sees that the customer of
-- a first entry exists, and so do all later ones. It takes no lock for that, because customers stay.
CREATE OR REPLACE FUNCTION tallystick.customers_stay() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a customer is neither deleted nor given another id'
        USING ERRCODE = 'restrict_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = tg_name;
END
$$;

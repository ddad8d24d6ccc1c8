-- Purpose: the trigger function that refuses a reversal which is not the opposite of a payment, credit or write-off of the customer.
CREATE OR REPLACE FUNCTION tallystick.reversal_takes_back_its_entry() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
BEGIN
    PERFORM FROM tallystick.credit_ledger AS reversed
    WHERE reversed.business_id = NEW.business_id AND reversed.customer_id = NEW.customer_id
      AND reversed.entry_no = NEW.reverses_no
      AND reversed.kind IN ('payment', 'credit', 'write_off') AND reversed.amount = -NEW.amount;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a reversal is the opposite of a payment, credit or write-off of the customer'
            USING ERRCODE = 'check_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = tg_name;
    END IF;
    RETURN NULL;
END
$$;

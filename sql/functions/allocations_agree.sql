-- Purpose: the trigger function that refuses a part of a charge which is not one of its ledger entry's (allocations_broken_rule).
CREATE OR REPLACE FUNCTION tallystick.allocations_agree() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
    v_entry tallystick.credit_ledger;
    v_broken text;
BEGIN
    SELECT entry.* INTO v_entry
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = NEW.business_id AND entry.customer_id = NEW.customer_id AND entry.entry_no = NEW.entry_no;
    -- The entry exists, but not for a session that has changed its business since the part was written.
    v_broken := CASE WHEN FOUND THEN tallystick.allocations_broken_rule(v_entry) ELSE 'allocations_entry_exists' END;
    IF v_broken IS NOT NULL THEN
        RAISE EXCEPTION 'allocations and ledger must agree'
            USING ERRCODE = 'check_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = v_broken;
    END IF;
    RETURN NULL;
END
$$;

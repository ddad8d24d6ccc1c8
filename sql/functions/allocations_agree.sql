-- Purpose: the trigger function that refuses parts of charges which are not those of their ledger entry (allocations_broken_rule). Each
-- entry is judged once, however many parts a statement writes.
CREATE OR REPLACE FUNCTION tallystick.allocations_agree() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
    v_written record;
    v_entry tallystick.credit_ledger;
    v_broken text;
BEGIN
    FOR v_written IN
        SELECT DISTINCT part.business_id, part.customer_id, part.entry_no FROM new_parts AS part
    LOOP
        SELECT entry.* INTO v_entry
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = v_written.business_id AND entry.customer_id = v_written.customer_id
          AND entry.entry_no = v_written.entry_no;
        -- The entry exists, but not for a session that has changed its business since the parts were written.
        v_broken := CASE WHEN FOUND THEN tallystick.allocations_broken_rule(v_entry) ELSE 'allocations_entry_exists' END;
        IF v_broken IS NOT NULL THEN
            RAISE EXCEPTION 'allocations and ledger must agree'
                USING ERRCODE = 'check_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = v_broken;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

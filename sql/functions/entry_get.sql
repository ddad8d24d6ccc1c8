-- Purpose: one ledger entry of one of the kinds p_kinds, with the charges that it settles by name and the reversal that took it back. No
-- row if there is none.
-- Caller: db::entries.
CREATE OR REPLACE FUNCTION tallystick.entry_get(p_business_id uuid, p_kinds text[], p_id uuid)
RETURNS SETOF tallystick.entry_record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
AS $$
DECLARE
    v_record tallystick.entry_record;
    v_entry tallystick.credit_ledger;
BEGIN
    SELECT entry.* INTO v_entry
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.id BETWEEN p_id AND p_id AND entry.kind = ANY (p_kinds)
    ORDER BY entry.id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    v_record.entry := v_entry;
    SELECT settled.charge_ids, settled.amounts INTO v_record.charge_ids, v_record.amounts
    FROM tallystick.charges_settled_by(v_entry) AS settled;
    SELECT reversal.id INTO v_record.reversed_by
    FROM tallystick.credit_ledger AS reversal
    WHERE reversal.business_id = p_business_id AND reversal.customer_id = v_entry.customer_id
      AND reversal.reverses_no BETWEEN v_entry.entry_no AND v_entry.entry_no
    ORDER BY reversal.reverses_no;
    RETURN NEXT v_record;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.entry_get TO tallystick_app;

-- Purpose: the last entry of a customer's ledger that was written at p_as_of or before; the last of all if p_as_of is NULL. NULL if
-- there is none.
--
-- The times of a customer's entries never fall. So no index by time is needed, which every purchase would have to pay for: a search
-- that halves the entries finds the last one by as many look-ups as their number has binary digits, 20 for a million.
-- Locks: none.
-- Caller: readers of the ledger as of a moment, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.ledger_entry_as_of(p_business_id uuid, p_customer_id uuid, p_as_of timestamptz)
RETURNS tallystick.credit_ledger
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry tallystick.credit_ledger;
    v_tried_at timestamptz;
    v_tried bigint;
    -- The last entry that is known to be early enough, or 0; and the first one that is known to be too late.
    v_early bigint := 0;
    v_late bigint;
BEGIN
    SELECT entry.* INTO v_entry
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
    ORDER BY entry.charged_total DESC, entry.entry_no DESC
    LIMIT 1;
    IF (v_entry.created_at > p_as_of) IS NOT TRUE THEN
        RETURN v_entry;
    END IF;
    v_late := v_entry.entry_no;
    WHILE v_late - v_early > 1 LOOP
        v_tried := (v_early + v_late) / 2;
        SELECT entry.created_at INTO v_tried_at
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
          AND entry.entry_no BETWEEN v_tried AND v_tried
        ORDER BY entry.entry_no
        LIMIT 1;
        IF v_tried_at <= p_as_of THEN
            v_early := v_tried;
        ELSE
            v_late := v_tried;
        END IF;
    END LOOP;
    SELECT entry.* INTO v_entry
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
      AND entry.entry_no BETWEEN v_early AND v_early
    ORDER BY entry.entry_no
    LIMIT 1;
    RETURN v_entry;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.ledger_entry_as_of TO tallystick_app;

-- Purpose: what of the charges that fell due before p_due_before is open as of p_entry, an entry of the customer's ledger: what
-- credit up to that entry has not settled.
--
-- The charges with charged_total <= P are settled, where P = charged_total - balance - ahead_total of p_entry. Of the others is
-- open what exceeds P and was not allocated to them. The due times of a run of entries never decrease, so a search that halves the
-- run finds the last entry that was due. The sums of charges up to it and up to the beginning of the run then say
-- what was charged between. So the cost grows with the number of runs among the open charges, with the number of allocations to
-- them, and hardly with the number of entries.
-- Locks: none.
-- Caller: readers of the ledger as of a moment, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.ledger_open_before(p_entry tallystick.credit_ledger, p_due_before timestamptz)
RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_settled bigint;
    v_first bigint;
    v_open bigint := 0;
    -- The last entry of the run, and the last entry before the run.
    v_end record;
    v_before record;
    -- The last entry of the run that is known to be due, or the one before the run; the first that is known not to be.
    v_due record;
    v_later bigint;
    v_tried record;
BEGIN
    IF (p_entry.balance_after > 0) IS NOT TRUE THEN
        RETURN 0;
    END IF;
    v_settled := p_entry.charged_total - p_entry.balance_after - p_entry.ahead_total;
    SELECT charge.entry_no INTO v_first
    FROM tallystick.credit_ledger AS charge
    WHERE charge.business_id = p_entry.business_id AND charge.customer_id = p_entry.customer_id
      AND charge.charged_total > v_settled
    ORDER BY charge.charged_total, charge.entry_no
    LIMIT 1;
    SELECT p_entry.entry_no, p_entry.charged_total, p_entry.due_at, p_entry.due_run_from INTO v_end;

    -- From the last run back to the one that contains the first charge that is not settled.
    LOOP
        IF v_end.due_run_from > v_first THEN
            SELECT entry.entry_no, entry.charged_total, entry.due_at, entry.due_run_from INTO v_before
            FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = p_entry.business_id AND entry.customer_id = p_entry.customer_id
              AND entry.entry_no BETWEEN v_end.due_run_from - 1 AND v_end.due_run_from - 1
            ORDER BY entry.entry_no
            LIMIT 1;
        ELSE
            SELECT v_first - 1 AS entry_no, v_settled AS charged_total INTO v_before;
        END IF;
        v_due := v_before;
        v_later := v_end.entry_no + 1;
        v_tried := v_end;
        LOOP
            IF v_tried.due_at < p_due_before THEN
                v_due := v_tried;
            ELSE
                v_later := v_tried.entry_no;
            END IF;
            EXIT WHEN v_later - v_due.entry_no <= 1;
            SELECT entry.entry_no, entry.charged_total, entry.due_at INTO v_tried
            FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = p_entry.business_id AND entry.customer_id = p_entry.customer_id
              AND entry.entry_no BETWEEN (v_due.entry_no + v_later) / 2 AND (v_due.entry_no + v_later) / 2
            ORDER BY entry.entry_no
            LIMIT 1;
        END LOOP;
        v_open := v_open + v_due.charged_total - v_before.charged_total;
        IF p_entry.ahead_total > 0 AND v_due.entry_no > v_before.entry_no THEN
            SELECT v_open - coalesce(sum(part.amount), 0) INTO v_open
            FROM (
                SELECT part.amount
                FROM tallystick.allocations AS part
                WHERE part.business_id = p_entry.business_id AND part.customer_id = p_entry.customer_id
                  AND part.charge_no > v_before.entry_no AND part.charge_no <= v_due.entry_no
                  AND part.entry_no <= p_entry.entry_no
                -- For the index by charge.
                ORDER BY part.charge_no, part.part_no
            ) AS part;
        END IF;
        EXIT WHEN v_end.due_run_from <= v_first;
        v_end := v_before;
    END LOOP;
    RETURN v_open;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.ledger_open_before TO tallystick_app;

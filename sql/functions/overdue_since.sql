-- Purpose: when the charge fell due that is due first of a customer's open charges, if that is more than p_days times 24 hours ago;
-- else NULL. The other arguments are figures of the last entry of the customer's ledger; NULL if there is none.
--
-- The due time is that of customer_accounts: the first open charge is one seek, and each run of due times that began later is asked
-- for its first open charge. Not by the view: whoever has locked a table may lock no view any more (sql/locks.sql).
-- Locks: none. The caller holds the lock on the customer.
-- Caller: batch_read_accounts, for customers with overdue_hold_after_days; its plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.overdue_since(
    p_business_id uuid,
    p_customer_id uuid,
    p_days integer,
    p_balance bigint,
    p_charged_total bigint,
    p_ahead_total bigint,
    p_due_run_from bigint
) RETURNS timestamptz
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_settled bigint;
    v_first record;
    v_open record;
    v_due_at timestamptz;
    v_run bigint := p_due_run_from;
BEGIN
    IF (p_balance > 0) IS NOT TRUE THEN
        RETURN NULL;
    END IF;
    v_settled := p_charged_total - p_balance - p_ahead_total;
    SELECT charge.entry_no, charge.due_at INTO v_first
    FROM tallystick.credit_ledger AS charge
    WHERE charge.business_id = p_business_id AND charge.customer_id = p_customer_id
      AND charge.charged_total > v_settled
    ORDER BY charge.charged_total, charge.entry_no
    LIMIT 1;
    v_due_at := v_first.due_at;
    WHILE v_run > v_first.entry_no LOOP
        SELECT charge.due_at INTO v_open
        FROM tallystick.credit_ledger AS charge
        WHERE charge.business_id = p_business_id AND charge.customer_id = p_customer_id AND charge.entry_no >= v_run
          AND charge.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
          AND charge.amount > coalesce((
              SELECT part.allocated_after
              FROM tallystick.allocations AS part
              WHERE part.business_id = p_business_id AND part.customer_id = p_customer_id AND part.charge_no = charge.entry_no
              ORDER BY part.charge_no DESC, part.part_no DESC
              LIMIT 1), 0)
        ORDER BY charge.entry_no
        LIMIT 1;
        v_due_at := least(v_due_at, v_open.due_at);
        -- The run before.
        v_run := v_run - 1;
        SELECT entry.due_run_from INTO v_run
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
          AND entry.entry_no BETWEEN v_run AND v_run
        ORDER BY entry.entry_no;
    END LOOP;
    RETURN CASE WHEN v_due_at < clock_timestamp() - make_interval(hours => 24 * p_days) THEN v_due_at END;
END
$$;

-- Purpose: when the charge fell due for which a customer buys nothing more: the one that is due first of its open charges, if that is
-- more than overdue_hold_after_days times 24 hours ago. NULL if there is none, or no hold, or if the customer is blocked anyway.
--
-- The due time is that of customer_accounts: the first open charge is one seek, and each run of due times that began later is asked
-- for its first open charge, up to where the run comes to what is due no earlier than the charges found so far. Not by the view: whoever has locked a table may lock no view any more (sql/locks.sql).
-- Locks: none. The caller holds the lock on the customer.
-- Volatile: it must see what was committed while the caller waited for its lock.
-- Caller: batch_read_accounts, for customers with a hold, and purchase_batch, for those who may not buy; their plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.overdue_since(p_business_id uuid, p_customer_id uuid) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
SET enable_sort = off
AS $$
DECLARE
    v_hold interval;
    v_last record;
    v_settled bigint;
    v_first record;
    v_open record;
    v_due_at timestamptz;
    v_run bigint;
    v_run_end bigint;
BEGIN
    SELECT make_interval(hours => 24 * customer.overdue_hold_after_days) INTO v_hold
    FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id AND NOT customer.blocked
    ORDER BY customer.id;
    IF v_hold IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT entry.balance_after, entry.charged_total, entry.ahead_total, entry.due_run_from, entry.entry_no INTO v_last
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
    ORDER BY entry.charged_total DESC, entry.entry_no DESC
    LIMIT 1;
    IF (v_last.balance_after > 0) IS NOT TRUE THEN
        RETURN NULL;
    END IF;
    v_settled := v_last.charged_total - v_last.balance_after - v_last.ahead_total;
    SELECT charge.entry_no, charge.due_at INTO v_first
    FROM tallystick.credit_ledger AS charge
    WHERE charge.business_id = p_business_id AND charge.customer_id = p_customer_id
      AND charge.charged_total > v_settled
    ORDER BY charge.charged_total, charge.entry_no
    LIMIT 1;
    v_due_at := v_first.due_at;
    v_run := v_last.due_run_from;
    v_run_end := v_last.entry_no;
    WHILE v_run > v_first.entry_no LOOP
        SELECT charge.due_at INTO v_open
        FROM tallystick.credit_ledger AS charge
        WHERE charge.business_id = p_business_id AND charge.customer_id = p_customer_id
          AND charge.entry_no >= v_run AND charge.entry_no <= v_run_end
          AND (charge.due_at >= v_due_at
               OR charge.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
                  AND charge.amount > coalesce((
                      SELECT part.allocated_after
                      FROM tallystick.allocations AS part
                      WHERE part.business_id = p_business_id AND part.customer_id = p_customer_id
                        AND part.charge_no = charge.entry_no
                      ORDER BY part.charge_no DESC, part.part_no DESC
                      LIMIT 1), 0))
        ORDER BY charge.entry_no
        LIMIT 1;
        v_due_at := least(v_due_at, v_open.due_at);
        -- The run before.
        v_run_end := v_run - 1;
        SELECT entry.due_run_from INTO v_run
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
          AND entry.entry_no BETWEEN v_run_end AND v_run_end
        ORDER BY entry.entry_no;
    END LOOP;
    RETURN CASE WHEN v_due_at < clock_timestamp() - v_hold THEN v_due_at END;
END
$$;

-- Purpose: the next entry of a customer's ledger. p_entry says what happened: id, kind, amount, due_at of a charge, limits, key,
-- fingerprint, digest of the details, actor, and allocated_total and ahead_total if they change. This adds what follows from
-- p_account, the account as the entry before left it: number, running figures, hash.
-- Locks: none. The caller holds the lock on the customer.
-- Caller: every function that writes a ledger entry.
CREATE OR REPLACE FUNCTION tallystick.ledger_continue(
    p_account tallystick.ledger_account, p_entry tallystick.credit_ledger
) RETURNS tallystick.credit_ledger
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    v_is_charge constant boolean := p_entry.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund');
    e tallystick.credit_ledger := p_entry;
BEGIN
    e.customer_id := p_account.id;
    e.entry_no := p_account.entry_no + 1;
    e.balance_after := p_account.balance + e.amount;
    e.charged_total := p_account.charged_total + CASE WHEN v_is_charge THEN e.amount ELSE 0 END;
    e.allocated_total := coalesce(e.allocated_total, p_account.allocated_total);
    e.ahead_total := coalesce(e.ahead_total, p_account.ahead_total);
    e.held_total := coalesce(e.held_total, p_account.held_total);
    IF NOT v_is_charge THEN
        e.due_at := p_account.due_at;
        e.due_run_from := p_account.due_run_from;
    ELSIF p_account.due_run_from > 0 AND e.due_at >= p_account.due_at THEN
        e.due_run_from := p_account.due_run_from;
    ELSE
        e.due_run_from := e.entry_no;
    END IF;
    e.entry_hash := tallystick.ledger_hash(p_account.entry_hash, e);
    RETURN e;
END
$$;

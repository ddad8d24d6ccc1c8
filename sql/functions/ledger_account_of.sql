-- Purpose: a customer's account, as the last ledger entry left it.
-- Locks: none. The caller holds the lock on the customer.
-- Volatile: it must see what was committed while the caller waited for its lock.
-- Caller: every function that writes one ledger entry; its plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.ledger_account_of(p_business_id uuid, p_customer_id uuid)
RETURNS tallystick.ledger_account
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_account tallystick.ledger_account;
    v_last record;
BEGIN
    SELECT customer.id, customer.blocked, customer.credit_limit
    INTO v_account.id, v_account.is_blocked, v_account.credit_limit
    FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id;
    SELECT entry.entry_no, entry.balance_after, entry.charged_total, entry.allocated_total, entry.ahead_total,
           entry.held_total, entry.due_at, entry.due_run_from, entry.created_at, entry.entry_hash
    INTO v_last
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
    ORDER BY entry.charged_total DESC, entry.entry_no DESC
    LIMIT 1;
    v_account.entry_no := coalesce(v_last.entry_no, 0);
    v_account.balance := coalesce(v_last.balance_after, 0);
    v_account.charged_total := coalesce(v_last.charged_total, 0);
    v_account.allocated_total := coalesce(v_last.allocated_total, 0);
    v_account.ahead_total := coalesce(v_last.ahead_total, 0);
    v_account.held_total := coalesce(v_last.held_total, 0);
    v_account.due_at := coalesce(v_last.due_at, '-infinity');
    v_account.due_run_from := coalesce(v_last.due_run_from, 0);
    v_account.created_at := coalesce(v_last.created_at, '-infinity');
    v_account.entry_hash := coalesce(v_last.entry_hash, decode(repeat('00', 32), 'hex'));
    RETURN v_account;
END
$$;

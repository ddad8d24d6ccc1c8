-- Purpose: what a function does first that writes one ledger entry: wait for the customer, and look up the key.
-- Locks: the customer's row. If another transaction holds it, p_held 'wait' waits for it; 'pass over all' does nothing then.
-- Outcomes: customer_held (passed over, nothing is decided: ask again), replayed (entry, charge_ids, amounts), key_reused,
-- customer_not_found; NULL: the request is new, and the customer is locked.
-- BETWEEN, ORDER BY and enable_sort leave the planner only the index of the key, as in keys_known.
-- Volatile: it must see what was committed while the caller waited for its lock.
-- Caller: every function that writes one ledger entry; its plan settings apply. (Purchases lock and look up many at once.)
CREATE OR REPLACE FUNCTION tallystick.ledger_begin(
    p_business_id uuid, p_customer_id uuid, p_idempotency_key text, p_fingerprint bytea, p_held text
) RETURNS tallystick.ledger_answer
LANGUAGE plpgsql VOLATILE
SET enable_sort = off
AS $$
DECLARE
    v_answer tallystick.ledger_answer;
    v_entry tallystick.credit_ledger;
    v_is_known boolean;
BEGIN
    IF p_held <> 'wait' AND tallystick.customer_is_held(p_business_id, p_customer_id) THEN
        v_answer.outcome := 'customer_held';
        RETURN v_answer;
    END IF;
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id
    FOR NO KEY UPDATE;
    v_is_known := FOUND;

    SELECT entry.* INTO v_entry
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.idempotency_key BETWEEN p_idempotency_key AND p_idempotency_key
    ORDER BY entry.idempotency_key;
    IF v_entry.request_fingerprint = p_fingerprint THEN
        v_answer.outcome := 'replayed';
        v_answer.entry := v_entry;
        SELECT settled.charge_ids, settled.amounts INTO v_answer.charge_ids, v_answer.amounts
        FROM tallystick.charges_settled_by(v_entry) AS settled;
    ELSIF v_entry.id IS NOT NULL THEN
        v_answer.outcome := 'key_reused';
    ELSIF NOT v_is_known THEN
        v_answer.outcome := 'customer_not_found';
    END IF;
    RETURN v_answer;
END
$$;

-- Purpose: record a refund: money that is paid out to a customer, at most the credit balance. It is a charge that is due at once, and
-- the credit that the customer has settles it.
-- Locks: the customer's row, as in ledger_begin.
-- Outcomes: customer_held (passed over, nothing is decided: ask again), created and replayed (entry), key_reused, customer_not_found,
-- credit_balance_exceeded (requested, available), amount_too_large (the sum of all charges would leave its type).
-- Caller: db::refunds.
CREATE OR REPLACE FUNCTION tallystick.refund_record(
    p_business_id uuid,
    p_customer_id uuid,
    p_amount bigint,
    p_reason text,
    p_idempotency_key text,
    p_entry_id uuid DEFAULT NULL,
    p_reference text DEFAULT NULL,
    p_held text DEFAULT 'wait',
    p_actor text DEFAULT NULL
) RETURNS tallystick.ledger_answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
AS $$
DECLARE
    v_fingerprint bytea := tallystick.request_fingerprint(
        'refund', p_customer_id::text, p_amount::text, p_reference, p_reason);
    v_answer tallystick.ledger_answer;
    v_account tallystick.ledger_account;
    v_entry tallystick.credit_ledger;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    PERFORM tallystick.require_scope('adjust');
    IF (p_amount BETWEEN 1 AND 9007199254740991) IS NOT TRUE OR p_idempotency_key IS NULL OR p_reason IS NULL THEN
        RAISE EXCEPTION 'a refund has an amount of 1 to 9007199254740991, an idempotency key and a reason'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    v_answer := tallystick.ledger_begin(p_business_id, p_customer_id, p_idempotency_key, v_fingerprint, p_held);
    IF v_answer.outcome IS NOT NULL THEN
        RETURN v_answer;
    END IF;
    v_account := tallystick.ledger_account_of(p_business_id, p_customer_id);
    v_answer.outcome := CASE
        WHEN v_account.balance + p_amount > 0 THEN 'credit_balance_exceeded'
        WHEN v_account.charged_total > 9223372036854775807 - p_amount THEN 'amount_too_large'
    END;
    IF v_answer.outcome IS NOT NULL THEN
        v_answer.requested := p_amount;
        v_answer.available := greatest(-v_account.balance, 0);
        RETURN v_answer;
    END IF;

    v_entry.business_id := p_business_id;
    v_entry.id := coalesce(p_entry_id, tallystick.new_id());
    v_entry.kind := 'refund';
    v_entry.amount := p_amount;
    v_entry.created_at := greatest(clock_timestamp(), v_account.created_at);
    v_entry.due_at := v_entry.created_at;
    v_entry.idempotency_key := p_idempotency_key;
    v_entry.request_fingerprint := v_fingerprint;
    v_entry.actor := tallystick.caller_actor(p_actor);
    v_entry.reason := p_reason;
    v_entry.reference := p_reference;
    v_answer.entry := tallystick.ledger_record(v_account, v_entry);
    v_answer.outcome := 'created';
    RETURN v_answer;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.refund_record TO tallystick_app;

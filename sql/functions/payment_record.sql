-- Purpose: record a payment: a negative entry in the customer's ledger. Paying more than is owed is allowed.
-- Locks: the customer's row. If another transaction holds it, p_held 'wait' waits for it; 'pass over all' does nothing then.
-- Outcomes: customer_held (passed over, nothing is decided: ask again), created, replayed, key_reused, customer_not_found,
-- amount_too_large (the balance would leave ±(2^53 - 1)).
-- BETWEEN, ORDER BY and enable_sort leave the planner only the index of the key, as in keys_known.
-- Caller: db::payments.
CREATE OR REPLACE FUNCTION tallystick.payment_record(
    p_business_id uuid,
    p_customer_id uuid,
    p_amount bigint,
    p_idempotency_key text,
    p_entry_id uuid DEFAULT NULL,
    p_held text DEFAULT 'wait',
    p_actor text DEFAULT NULL,
    OUT outcome text,
    OUT id uuid,
    OUT entry_no bigint,
    OUT balance_before bigint,
    OUT balance_after bigint,
    OUT created_at timestamptz,
    OUT entry_hash bytea
)
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
    v_fingerprint bytea := tallystick.request_fingerprint('payment', p_customer_id::text, p_amount::text);
    v_known boolean;
    v_account tallystick.ledger_account;
    v_entry tallystick.credit_ledger;
    v_replay record;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF p_amount IS NULL OR p_amount NOT BETWEEN 1 AND 9007199254740991 OR p_idempotency_key IS NULL THEN
        RAISE EXCEPTION 'a payment has an amount of 1 to 9007199254740991 and an idempotency key'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF p_held <> 'wait' AND tallystick.customer_is_held(p_business_id, p_customer_id) THEN
        outcome := 'customer_held';
        RETURN;
    END IF;
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id
    FOR NO KEY UPDATE;
    v_known := FOUND;

    SELECT entry.request_fingerprint, entry.id, entry.entry_no, entry.amount, entry.balance_after, entry.created_at,
           entry.entry_hash
    INTO v_replay
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.idempotency_key BETWEEN p_idempotency_key AND p_idempotency_key
    ORDER BY entry.idempotency_key;
    IF FOUND THEN
        IF v_replay.request_fingerprint <> v_fingerprint THEN
            outcome := 'key_reused';
            RETURN;
        END IF;
        outcome := 'replayed';
        id := v_replay.id;
        entry_no := v_replay.entry_no;
        balance_before := v_replay.balance_after - v_replay.amount;
        balance_after := v_replay.balance_after;
        created_at := v_replay.created_at;
        entry_hash := v_replay.entry_hash;
        RETURN;
    ELSIF NOT v_known THEN
        outcome := 'customer_not_found';
        RETURN;
    END IF;

    v_account := tallystick.ledger_account_of(p_business_id, p_customer_id);
    IF v_account.balance - p_amount < -9007199254740991 THEN
        outcome := 'amount_too_large';
        RETURN;
    END IF;

    v_entry.business_id := p_business_id;
    v_entry.id := coalesce(p_entry_id, tallystick.new_id());
    v_entry.kind := 'payment';
    v_entry.amount := -p_amount;
    v_entry.created_at := greatest(clock_timestamp(), v_account.created_at);
    v_entry.idempotency_key := p_idempotency_key;
    v_entry.request_fingerprint := v_fingerprint;
    v_entry.actor := tallystick.caller_actor(p_actor);
    v_entry := tallystick.ledger_record(v_account, v_entry);

    outcome := 'created';
    id := v_entry.id;
    entry_no := v_entry.entry_no;
    balance_before := v_account.balance;
    balance_after := v_entry.balance_after;
    created_at := v_entry.created_at;
    entry_hash := v_entry.entry_hash;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.payment_record TO tallystick_app;

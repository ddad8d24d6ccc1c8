-- Purpose: record a payment: a negative entry in the customer's ledger. Paying more than is owed is allowed. The charges that it names
-- are settled by it (see charges_named); what is left of it settles the oldest charges first.
-- Locks: the customer's row, as in ledger_begin.
-- Outcomes: customer_held (passed over, nothing is decided: ask again), created and replayed (entry, charge_ids, amounts), key_reused,
-- customer_not_found, amount_too_large (the balance would leave ±(2^53 - 1)), charge_not_found, charge_open_amount_exceeded.
-- Caller: db::payments.
CREATE OR REPLACE FUNCTION tallystick.payment_record(
    p_business_id uuid,
    p_customer_id uuid,
    p_amount bigint,
    p_idempotency_key text,
    p_entry_id uuid DEFAULT NULL,
    p_charge_ids uuid[] DEFAULT NULL,
    p_amounts bigint[] DEFAULT NULL,
    p_reference text DEFAULT NULL,
    p_received_on date DEFAULT NULL,
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
        'payment', p_customer_id::text, p_amount::text, p_charge_ids::text, p_amounts::text, p_reference, p_received_on::text);
    v_answer tallystick.ledger_answer;
    v_account tallystick.ledger_account;
    v_named record;
    v_entry tallystick.credit_ledger;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF p_amount IS NULL OR p_amount NOT BETWEEN 1 AND 9007199254740991 OR p_idempotency_key IS NULL THEN
        RAISE EXCEPTION 'a payment has an amount of 1 to 9007199254740991 and an idempotency key'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF tallystick.check_charges(p_charge_ids, p_amounts) > p_amount OR 0 > ANY (p_amounts) THEN
        RAISE EXCEPTION 'a payment settles at most its own amount' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    v_answer := tallystick.ledger_begin(p_business_id, p_customer_id, p_idempotency_key, v_fingerprint, p_held);
    IF v_answer.outcome IS NOT NULL THEN
        RETURN v_answer;
    END IF;
    v_account := tallystick.ledger_account_of(p_business_id, p_customer_id);
    IF v_account.balance - p_amount < -9007199254740991 THEN
        v_answer.outcome := 'amount_too_large';
        RETURN v_answer;
    END IF;
    SELECT * INTO v_named FROM tallystick.charges_named(p_business_id, p_customer_id, p_charge_ids, p_amounts);
    v_answer.outcome := v_named.outcome;
    v_answer.charge_ids := v_named.charge_ids;
    v_answer.amounts := v_named.amounts;
    v_answer.available_amounts := v_named.available_amounts;
    IF v_answer.outcome IS NOT NULL THEN
        RETURN v_answer;
    END IF;

    v_entry.business_id := p_business_id;
    v_entry.id := coalesce(p_entry_id, tallystick.new_id());
    v_entry.kind := 'payment';
    v_entry.amount := -p_amount;
    v_entry.created_at := greatest(clock_timestamp(), v_account.created_at);
    v_entry.idempotency_key := p_idempotency_key;
    v_entry.request_fingerprint := v_fingerprint;
    v_entry.actor := tallystick.caller_actor(p_actor);
    v_entry.reference := p_reference;
    v_entry.received_on := p_received_on;
    v_answer.entry := tallystick.ledger_record(v_account, v_entry, v_named.charge_nos, v_named.amounts);
    v_answer.outcome := 'created';
    RETURN v_answer;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.payment_record TO tallystick_app;

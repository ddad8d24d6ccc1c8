-- Purpose: record which charges of a customer unapplied credit settles: a note of amount 0. A positive amount settles so much of a
-- charge by name; a negative one takes so much back, which is unapplied credit then. What the amounts add up to comes out of the
-- unapplied credit, so an amount can also be moved from one charge to another.
-- Locks: the customer's row, as in ledger_begin.
-- Outcomes: customer_held (passed over, nothing is decided: ask again), created and replayed (entry, charge_ids, amounts), key_reused,
-- customer_not_found, charge_not_found, charge_open_amount_exceeded, allocated_amount_exceeded (see charges_named),
-- unapplied_credit_exceeded (requested, available).
-- Caller: db::allocations.
CREATE OR REPLACE FUNCTION tallystick.allocation_record(
    p_business_id uuid,
    p_customer_id uuid,
    p_charge_ids uuid[],
    p_amounts bigint[],
    p_reason text,
    p_idempotency_key text,
    p_entry_id uuid DEFAULT NULL,
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
        'allocation', p_customer_id::text, p_charge_ids::text, p_amounts::text, p_reason);
    v_sum constant numeric := tallystick.check_charges(p_charge_ids, p_amounts);
    v_answer tallystick.ledger_answer;
    v_account tallystick.ledger_account;
    v_named record;
    v_entry tallystick.credit_ledger;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF p_charge_ids IS NULL OR v_sum NOT BETWEEN -9007199254740991 AND 9007199254740991 OR p_idempotency_key IS NULL THEN
        RAISE EXCEPTION 'allocations name charges, add up to ±9007199254740991 at most, and have an idempotency key'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    v_answer := tallystick.ledger_begin(p_business_id, p_customer_id, p_idempotency_key, v_fingerprint, p_held);
    IF v_answer.outcome IS NOT NULL THEN
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
    v_account := tallystick.ledger_account_of(p_business_id, p_customer_id);
    -- Written so, as in ledger_kind_broken_rule: the unapplied credit itself could exceed its type.
    IF v_sum > 0 AND v_account.balance + v_sum > v_account.charged_total - v_account.allocated_total THEN
        v_answer.outcome := 'unapplied_credit_exceeded';
        v_answer.requested := v_sum;
        v_answer.available := v_account.charged_total - v_account.allocated_total - v_account.balance;
        RETURN v_answer;
    END IF;

    v_entry.business_id := p_business_id;
    v_entry.id := coalesce(p_entry_id, tallystick.new_id());
    v_entry.kind := 'allocation';
    v_entry.amount := 0;
    v_entry.created_at := greatest(clock_timestamp(), v_account.created_at);
    v_entry.idempotency_key := p_idempotency_key;
    v_entry.request_fingerprint := v_fingerprint;
    v_entry.actor := tallystick.caller_actor(p_actor);
    v_entry.reason := p_reason;
    v_answer.entry := tallystick.ledger_record(v_account, v_entry, v_named.charge_nos, v_named.amounts);
    v_answer.outcome := 'created';
    RETURN v_answer;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.allocation_record TO tallystick_app;

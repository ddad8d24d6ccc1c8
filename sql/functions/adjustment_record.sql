-- Purpose: record an adjustment of a customer's account, which is neither a sale nor money received:
--
--   opening     a charge: what the customer owed before tallystick kept the account. It may be due in the past
--   fee, debit  a charge
--   credit      a credit: what the customer gets without paying
--   write_off   a credit: a debt that is given up. At most the balance
--
-- A charge is due as p_due says, an object with due_at or due_date (see purchase_check_due); else by the customer's terms. It keeps
-- the credit limit, or p_authorized_limit if that is greater. The entry keeps p_authorized_limit only if the credit limit
-- alone would have refused the charge.
-- A credit settles the charges that it names (see charges_named); what is left of it settles the oldest charges first.
-- Locks: the customer's row, as in ledger_begin.
-- Outcomes: customer_held (passed over, nothing is decided: ask again), created and replayed (entry, charge_ids, amounts), key_reused,
-- customer_not_found, due_too_early (a fee or a debit whose due time or day is over), amount_too_large (the sum of all charges
-- would leave its type, or the balance -(2^53 - 1)), credit_limit_exceeded (credit_limit: the one in force, balance, requested),
-- balance_exceeded (requested, available), charge_not_found, charge_open_amount_exceeded.
-- Caller: db::adjustments.
CREATE OR REPLACE FUNCTION tallystick.adjustment_record(
    p_business_id uuid,
    p_customer_id uuid,
    p_type text,
    p_amount bigint,
    p_reason text,
    p_idempotency_key text,
    p_entry_id uuid DEFAULT NULL,
    p_due jsonb DEFAULT NULL,
    p_authorized_limit bigint DEFAULT NULL,
    p_charge_ids uuid[] DEFAULT NULL,
    p_amounts bigint[] DEFAULT NULL,
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
    v_is_charge constant boolean := p_type IN ('opening', 'fee', 'debit');
    v_fingerprint bytea := tallystick.request_fingerprint(
        'adjustment', p_customer_id::text, p_type, p_amount::text, p_due::text, p_authorized_limit::text, p_charge_ids::text,
        p_amounts::text, p_reference, p_reason);
    v_wrong text;
    v_answer tallystick.ledger_answer;
    v_account tallystick.ledger_account;
    v_due record;
    v_named record;
    v_entry tallystick.credit_ledger;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    PERFORM tallystick.require_scope('adjust');
    v_wrong := CASE
        WHEN (p_type IN ('opening', 'fee', 'debit', 'credit', 'write_off')) IS NOT TRUE
            THEN 'an adjustment is an opening, a fee, a debit, a credit or a write_off'
        WHEN (p_amount BETWEEN 1 AND 9007199254740991) IS NOT TRUE OR p_idempotency_key IS NULL OR p_reason IS NULL
            THEN 'an adjustment has an amount of 1 to 9007199254740991, an idempotency key and a reason'
        WHEN NOT v_is_charge AND (p_due IS NOT NULL OR p_authorized_limit IS NOT NULL)
            THEN 'only a charge has a due time and an authorized limit'
        WHEN jsonb_typeof(p_due) <> 'object' OR p_due = '{}' OR p_due - 'due_at' - 'due_date' <> '{}'
            THEN 'a charge has due_at, or due_date, or neither'
        WHEN p_authorized_limit NOT BETWEEN 0 AND 9007199254740991
            THEN 'an authorized limit is 0 to 9007199254740991'
        WHEN v_is_charge AND (p_charge_ids IS NOT NULL OR p_amounts IS NOT NULL)
            THEN 'only a credit settles charges'
        WHEN tallystick.check_charges(p_charge_ids, p_amounts) > p_amount OR 0 > ANY (p_amounts)
            THEN 'a credit settles at most its own amount'
        ELSE tallystick.purchase_check_due(p_due)
    END;
    IF v_wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', v_wrong USING ERRCODE = 'invalid_parameter_value';
    END IF;

    v_answer := tallystick.ledger_begin(p_business_id, p_customer_id, p_idempotency_key, v_fingerprint, p_held);
    IF v_answer.outcome IS NOT NULL THEN
        RETURN v_answer;
    END IF;
    v_account := tallystick.ledger_account_of(p_business_id, p_customer_id);
    v_entry.created_at := greatest(clock_timestamp(), v_account.created_at);
    IF v_is_charge THEN
        SELECT * INTO v_due FROM tallystick.purchase_due(v_account, p_due, v_entry.created_at);
        v_answer.outcome := CASE
            WHEN v_due.is_too_early AND p_type <> 'opening' THEN 'due_too_early'
            WHEN v_account.charged_total > 9223372036854775807 - p_amount THEN 'amount_too_large'
            WHEN v_account.balance + v_account.held_total + p_amount > greatest(v_account.credit_limit, p_authorized_limit)
                THEN 'credit_limit_exceeded'
        END;
    ELSE
        v_answer.outcome := CASE
            WHEN v_account.balance - p_amount < -9007199254740991 THEN 'amount_too_large'
            WHEN p_type = 'write_off' AND p_amount > v_account.balance THEN 'balance_exceeded'
        END;
    END IF;
    IF v_answer.outcome IS NOT NULL THEN
        v_answer.requested := p_amount;
        v_answer.available := greatest(v_account.balance, 0);
        v_answer.credit_limit := greatest(v_account.credit_limit, p_authorized_limit);
        v_answer.balance := v_account.balance;
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
    v_entry.kind := p_type;
    v_entry.amount := CASE WHEN v_is_charge THEN p_amount ELSE -p_amount END;
    v_entry.idempotency_key := p_idempotency_key;
    v_entry.request_fingerprint := v_fingerprint;
    v_entry.actor := tallystick.caller_actor(p_actor);
    v_entry.reason := p_reason;
    v_entry.reference := p_reference;
    IF v_is_charge THEN
        v_entry.due_at := v_due.due_at;
        v_entry.due_date := v_due.due_date;
        v_entry.credit_limit := v_account.credit_limit;
        IF v_account.balance + v_account.held_total + p_amount > v_account.credit_limit THEN
            v_entry.authorized_limit := p_authorized_limit;
        END IF;
    END IF;
    v_answer.entry := tallystick.ledger_record(v_account, v_entry, v_named.charge_nos, v_named.amounts);
    v_answer.outcome := 'created';
    RETURN v_answer;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.adjustment_record TO tallystick_app;

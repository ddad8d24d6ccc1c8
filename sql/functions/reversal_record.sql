-- Purpose: take back a payment, a credit or a write-off that should not have been recorded, such as a cheque that bounced. The debt
-- is there again, and no new one is made: the credit limit does not bind it.
--
-- The reversal takes back what of the entry's own allocations still stands: of each charge that the entry named, as much as it
-- settled, or as much as is allocated to the charge now if that is less. The rest comes out of the unapplied credit. If there is
-- less, the reversal is refused: it never takes from a charge that the entry did not name.
-- Locks: the table of customers, before it reads the entry, which is a fact: every function does so, and migrate locks it first. Then
-- the row of the entry's customer, as in ledger_begin.
-- Outcomes: customer_held (passed over, nothing is decided: ask again), created and replayed (entry, charge_ids, amounts), key_reused,
-- entry_not_found (no entry of the kinds p_kinds), not_reversible (an entry of another kind than those three), already_reversed (entry
-- has the id of the reversal), amount_too_large (the balance would leave ±(2^53 - 1)), unapplied_credit_exceeded (requested, available).
-- Caller: db::reversals.
CREATE OR REPLACE FUNCTION tallystick.reversal_record(
    p_business_id uuid,
    p_kinds text[],
    p_reversed_id uuid,
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
    v_fingerprint bytea := tallystick.request_fingerprint('reversal', p_reversed_id::text, p_reason);
    v_answer tallystick.ledger_answer;
    v_account tallystick.ledger_account;
    v_reversed tallystick.credit_ledger;
    v_stands record;
    v_rest bigint;
    v_entry tallystick.credit_ledger;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    PERFORM tallystick.require_scope('adjust');
    IF p_kinds IS NULL OR p_reason IS NULL OR p_idempotency_key IS NULL THEN
        RAISE EXCEPTION 'a reversal names the kinds that it may take back, and has a reason and an idempotency key'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    LOCK TABLE tallystick.customers IN ROW SHARE MODE;
    SELECT entry.* INTO v_reversed
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.id BETWEEN p_reversed_id AND p_reversed_id AND entry.kind = ANY (p_kinds)
    ORDER BY entry.id;
    v_answer := tallystick.ledger_begin(p_business_id, v_reversed.customer_id, p_idempotency_key, v_fingerprint, p_held);
    IF v_reversed.id IS NULL AND v_answer.outcome = 'customer_not_found' THEN
        v_answer.outcome := 'entry_not_found';
    ELSIF v_answer.outcome IS NULL AND v_reversed.kind NOT IN ('payment', 'credit', 'write_off') THEN
        v_answer.outcome := 'not_reversible';
    END IF;
    IF v_answer.outcome IS NOT NULL THEN
        RETURN v_answer;
    END IF;
    SELECT reversal.* INTO v_entry
    FROM tallystick.credit_ledger AS reversal
    WHERE reversal.business_id = p_business_id AND reversal.customer_id = v_reversed.customer_id
      AND reversal.reverses_no BETWEEN v_reversed.entry_no AND v_reversed.entry_no
    ORDER BY reversal.reverses_no;
    IF FOUND THEN
        v_answer.outcome := 'already_reversed';
        v_answer.entry := v_entry;
        RETURN v_answer;
    END IF;

    SELECT array_agg(own.charge_no) AS charge_nos, array_agg(-own.amount) AS amounts, coalesce(sum(own.amount), 0) AS sum
    INTO v_stands
    FROM (
        SELECT part.charge_no, least(part.amount, last.allocated_after) AS amount
        FROM tallystick.allocations AS part
        CROSS JOIN LATERAL (
            SELECT later.allocated_after
            FROM tallystick.allocations AS later
            WHERE later.business_id = p_business_id AND later.customer_id = v_reversed.customer_id
              AND later.charge_no = part.charge_no
            ORDER BY later.charge_no DESC, later.part_no DESC
            LIMIT 1
        ) AS last
        WHERE part.business_id = p_business_id AND part.customer_id = v_reversed.customer_id
          AND part.entry_no BETWEEN v_reversed.entry_no AND v_reversed.entry_no
        ORDER BY part.entry_no, part.charge_no
    ) AS own
    WHERE own.amount > 0;
    v_account := tallystick.ledger_account_of(p_business_id, v_reversed.customer_id);
    v_rest := -v_reversed.amount - v_stands.sum;
    -- Written so, as in ledger_kind_broken_rule: the unapplied credit itself could exceed its type.
    IF v_account.balance + v_rest > v_account.charged_total - v_account.allocated_total THEN
        v_answer.outcome := 'unapplied_credit_exceeded';
        v_answer.requested := v_rest;
        v_answer.available := v_account.charged_total - v_account.allocated_total - v_account.balance;
        RETURN v_answer;
    ELSIF v_account.balance - v_reversed.amount > 9007199254740991 THEN
        v_answer.outcome := 'amount_too_large';
        RETURN v_answer;
    END IF;

    v_entry := NULL;
    v_entry.business_id := p_business_id;
    v_entry.id := coalesce(p_entry_id, tallystick.new_id());
    v_entry.kind := 'reversal';
    v_entry.amount := -v_reversed.amount;
    v_entry.reverses_no := v_reversed.entry_no;
    v_entry.created_at := greatest(clock_timestamp(), v_account.created_at);
    v_entry.idempotency_key := p_idempotency_key;
    v_entry.request_fingerprint := v_fingerprint;
    v_entry.actor := tallystick.caller_actor(p_actor);
    v_entry.reason := p_reason;
    v_answer.entry := tallystick.ledger_record(v_account, v_entry, v_stands.charge_nos, v_stands.amounts);
    SELECT settled.charge_ids, settled.amounts INTO v_answer.charge_ids, v_answer.amounts
    FROM tallystick.charges_settled_by(v_answer.entry) AS settled;
    v_answer.outcome := 'created';
    RETURN v_answer;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.reversal_record TO tallystick_app;

-- Writes an entry and its part, and takes both back. Returns the constraint that refused them, or NULL.
CREATE OR REPLACE FUNCTION model.refusal(e tallystick.credit_ledger, v_part tallystick.allocations) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_refused_by text;
BEGIN
    WITH parts AS (
        INSERT INTO tallystick.allocations (
            business_id, customer_id, charge_no, part_no, entry_no, amount, allocated_before, allocated_after, charge_amount,
            charged_total)
        SELECT v_part.business_id, v_part.customer_id, v_part.charge_no, v_part.part_no, v_part.entry_no, v_part.amount,
               v_part.allocated_before, v_part.allocated_after, v_part.charge_amount, v_part.charged_total
        WHERE v_part.business_id IS NOT NULL
    )
    INSERT INTO tallystick.credit_ledger (
        business_id, customer_id, entry_no, id, amount, balance_after, charged_total, allocated_total, ahead_total, held_total,
        due_at, due_run_from, created_at, kind, idempotency_key, request_fingerprint, details_digest, entry_hash, actor)
    VALUES (
        e.business_id, e.customer_id, e.entry_no, e.id, e.amount, e.balance_after, e.charged_total, e.allocated_total,
        e.ahead_total, e.held_total, e.due_at, e.due_run_from, e.created_at, e.kind, e.idempotency_key,
        e.request_fingerprint, e.details_digest, e.entry_hash, e.actor);
    RAISE EXCEPTION 'back' USING ERRCODE = 'TALLY';
EXCEPTION
    WHEN SQLSTATE 'TALLY' THEN
        RETURN NULL;
    WHEN check_violation OR foreign_key_violation OR unique_violation THEN
        GET STACKED DIAGNOSTICS v_refused_by = CONSTRAINT_NAME;
        RETURN v_refused_by;
END
$$;

-- Right entries with allocations, and each changed in one thing before it is written: a figure by one, a part, a charge. The hash
-- and the digest are made to fit, as somebody would who knows how. Returns what was refused by which constraint, and what was not.
CREATE OR REPLACE FUNCTION model.tampering(p_business_id uuid, p_seed integer)
RETURNS TABLE (what text, refused_by text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_customer_id uuid;
    v_account tallystick.ledger_account;
    v_charge record;
    v_right tallystick.credit_ledger;
    v_parts tallystick.allocations[];
    e tallystick.credit_ledger;
    v_part tallystick.allocations;
    v_fields text[] := ARRAY['amount', 'balance_after', 'charged_total', 'allocated_total', 'ahead_total', 'held_total', 'due_run_from', 'entry_no'];
    v_part_fields text[] := ARRAY['amount', 'allocated_before', 'allocated_after', 'charge_amount', 'charged_total', 'charge_no',
                                  'part_no', 'entry_no'];
BEGIN
    PERFORM model.history(p_business_id, p_seed, 25);
    SELECT customer.id INTO v_customer_id FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id ORDER BY customer.created_at DESC LIMIT 1;
    SELECT charge.entry_no, least(charge.amount - coalesce(max(part.allocated_after), 0), 20) AS room INTO v_charge
    FROM tallystick.credit_ledger AS charge
    LEFT JOIN tallystick.allocations AS part ON part.business_id = charge.business_id
        AND part.customer_id = charge.customer_id AND part.charge_no = charge.entry_no
    WHERE charge.business_id = p_business_id AND charge.customer_id = v_customer_id AND charge.kind IN ('opening', 'fee', 'debit')
    GROUP BY charge.entry_no, charge.amount
    HAVING charge.amount - coalesce(max(part.allocated_after), 0) > 2
    ORDER BY random() LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    -- The right rows, which are taken back.
    BEGIN
        v_account := tallystick.ledger_account_of(p_business_id, v_customer_id);
        e := NULL;
        e.business_id := p_business_id;
        e.id := gen_random_uuid();
        e.kind := 'payment';
        e.amount := -v_charge.room - 3;
        e.created_at := v_account.created_at;
        e.idempotency_key := e.id::text;
        e.request_fingerprint := sha256('');
        e.actor := 'model';
        v_right := tallystick.ledger_record(v_account, e, ARRAY[v_charge.entry_no], ARRAY[v_charge.room]);
        v_parts := ARRAY(SELECT part FROM tallystick.allocations AS part
                         WHERE part.business_id = p_business_id AND part.customer_id = v_customer_id
                           AND part.entry_no = v_right.entry_no);
        RAISE EXCEPTION 'back' USING ERRCODE = 'TALLY';
    EXCEPTION WHEN SQLSTATE 'TALLY' THEN
        NULL;
    END;

    FOR n IN 0 .. 2 * (cardinality(v_fields) + cardinality(v_part_fields)) + 2 LOOP
        e := v_right;
        v_part := v_parts[1];
        IF n = 0 THEN
            what := 'nothing';
        ELSIF n <= 2 * cardinality(v_fields) THEN
            what := format('entry: %s %s', v_fields[(n + 1) / 2], CASE n % 2 WHEN 0 THEN '+1' ELSE '-1' END);
            e := jsonb_populate_record(e, jsonb_build_object(v_fields[(n + 1) / 2],
                (to_jsonb(e) ->> v_fields[(n + 1) / 2])::bigint + CASE n % 2 WHEN 0 THEN 1 ELSE -1 END));
        ELSIF n <= 2 * (cardinality(v_fields) + cardinality(v_part_fields)) THEN
            what := v_part_fields[(n + 1) / 2 - cardinality(v_fields)];
            v_part := jsonb_populate_record(v_part, jsonb_build_object(what,
                (to_jsonb(v_part) ->> what)::bigint + CASE n % 2 WHEN 0 THEN 1 ELSE -1 END));
            IF what = 'amount' THEN
                v_part.allocated_after := v_part.allocated_before + v_part.amount;
            END IF;
            what := format('part: %s %s', what, CASE n % 2 WHEN 0 THEN '+1' ELSE '-1' END);
            e.details_digest := sha256('\x01'::bytea || int8send(v_part.charge_no) || int8send(v_part.amount));
        ELSIF n = 2 * (cardinality(v_fields) + cardinality(v_part_fields)) + 1 THEN
            what := 'the digest of other parts';
            e.details_digest := sha256('\x01');
        ELSE
            what := 'no part';
            v_part := NULL;
            e.details_digest := sha256('\x01');
        END IF;
        e.entry_hash := tallystick.ledger_hash(v_account.entry_hash, e);
        refused_by := model.refusal(e, v_part);
        RETURN NEXT;
    END LOOP;

    -- The pointer at any other place, with right sums.
    FOR n IN 0 .. v_right.allocated_total LOOP
        e := v_right;
        e.ahead_total := n;
        CONTINUE WHEN n = v_right.ahead_total;
        what := 'entry: any other ahead_total';
        refused_by := model.refusal(e, v_parts[1]);
        RETURN NEXT;
    END LOOP;
END
$$;
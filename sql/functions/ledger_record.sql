-- Purpose: write the next entry of a customer's ledger: what p_entry says (see ledger_continue), and the parts of charges that it
-- settles: p_amounts of the charges p_charge_nos, in the order of their numbers; negative takes back.
-- One statement writes everything, because the constraints between the tables are checked at its end.
-- Locks: the caller holds the lock on the customer. A new idempotency key waits for any other transaction that has just stored
-- the same key, and is a unique violation then.
-- Returns the entry as it was written. What the constraints refuse is an error: the caller has looked before.
-- Caller: every function that writes one ledger entry. (Purchases are written by batch_write, with their orders.)
CREATE OR REPLACE FUNCTION tallystick.ledger_record(
    p_account tallystick.ledger_account,
    p_entry tallystick.credit_ledger,
    p_charge_nos bigint[] DEFAULT NULL,
    p_amounts bigint[] DEFAULT NULL
) RETURNS tallystick.credit_ledger
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    e tallystick.credit_ledger := p_entry;
    v_parts tallystick.allocations[];
    v_details bytea := decode('01', 'hex');
BEGIN
    v_parts := tallystick.allocations_of(e.business_id, p_account.id, p_account.entry_no + 1, p_charge_nos, p_amounts);
    FOR n IN 1 .. coalesce(cardinality(p_charge_nos), 0) LOOP
        v_details := v_details || int8send(p_charge_nos[n]) || int8send(p_amounts[n]);
        e.allocated_total := coalesce(e.allocated_total, p_account.allocated_total) + p_amounts[n];
    END LOOP;
    e.details_digest := sha256(v_details);
    -- A charge moves nothing: it is the newest.
    IF coalesce(e.allocated_total, p_account.allocated_total) + p_account.allocated_total > 0
       AND e.kind NOT IN ('purchase', 'opening', 'fee', 'debit', 'refund') THEN
        e.ahead_total := tallystick.ledger_ahead(p_account, e, v_parts);
    END IF;
    e := tallystick.ledger_continue(p_account, e);
    WITH parts AS (
        INSERT INTO tallystick.allocations (
            business_id, customer_id, charge_no, part_no, entry_no, amount, allocated_before, allocated_after, charge_amount,
            charged_total)
        SELECT part.business_id, part.customer_id, part.charge_no, part.part_no, part.entry_no, part.amount,
               part.allocated_before, part.allocated_after, part.charge_amount, part.charged_total
        FROM unnest(v_parts) AS part
    )
    INSERT INTO tallystick.credit_ledger (
        business_id, customer_id, entry_no, id, amount, balance_after, charged_total, allocated_total, ahead_total, held_total,
        due_at, due_run_from, created_at, credit_limit, authorized_limit, reverses_no, due_date, kind, idempotency_key,
        request_fingerprint, details_digest, entry_hash, actor, reason, reference,
        received_on)
    VALUES (
        e.business_id, e.customer_id, e.entry_no, e.id, e.amount, e.balance_after, e.charged_total, e.allocated_total,
        e.ahead_total, e.held_total, e.due_at, e.due_run_from, e.created_at, e.credit_limit, e.authorized_limit, e.reverses_no,
        e.due_date, e.kind, e.idempotency_key, e.request_fingerprint, e.details_digest, e.entry_hash, e.actor, e.reason,
        e.reference, e.received_on);
    RETURN e;
END
$$;

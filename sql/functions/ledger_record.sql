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
    v_settled record := tallystick.ledger_settle(p_account, p_entry, p_charge_nos, p_amounts, decode('01', 'hex'));
    e tallystick.credit_ledger := v_settled.entry;
BEGIN
    WITH parts AS (
        INSERT INTO tallystick.allocations (
            business_id, customer_id, charge_no, part_no, entry_no, amount, allocated_before, allocated_after, charge_amount,
            charged_total)
        SELECT part.business_id, part.customer_id, part.charge_no, part.part_no, part.entry_no, part.amount,
               part.allocated_before, part.allocated_after, part.charge_amount, part.charged_total
        FROM unnest(v_settled.parts) AS part
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

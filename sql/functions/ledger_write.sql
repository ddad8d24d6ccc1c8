-- Purpose: write a ledger entry that ledger_continue made.
-- Locks: the caller holds the lock on the customer. A new idempotency key waits for any other transaction that has just stored
-- the same key, and is a unique violation then.
-- Caller: every function that writes one ledger entry. (Purchases are written by batch_write, with their orders.)
CREATE OR REPLACE FUNCTION tallystick.ledger_write(e tallystick.credit_ledger) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO tallystick.credit_ledger (
        business_id, customer_id, entry_no, id, amount, balance_before, balance_after, charged_total, allocated_before,
        allocated_total, ahead_before, ahead_total, held_before, held_total, due_before, due_at, due_run_before, due_run_from,
        created_at, credit_limit, authorized_limit, reverses_no, due_date, kind, idempotency_key, request_fingerprint,
        details_digest, previous_hash, entry_hash, actor, reason, reference)
    VALUES (
        e.business_id, e.customer_id, e.entry_no, e.id, e.amount, e.balance_before, e.balance_after, e.charged_total,
        e.allocated_before, e.allocated_total, e.ahead_before, e.ahead_total, e.held_before, e.held_total, e.due_before,
        e.due_at, e.due_run_before, e.due_run_from, e.created_at, e.credit_limit, e.authorized_limit, e.reverses_no,
        e.due_date, e.kind, e.idempotency_key, e.request_fingerprint, e.details_digest, e.previous_hash, e.entry_hash,
        e.actor, e.reason, e.reference);
END
$$;

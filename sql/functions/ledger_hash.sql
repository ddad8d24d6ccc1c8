-- Purpose: the hash of a ledger entry, which covers the entry and, by p_previous, all entries before it. docs/proofs.md explains it.
-- The first byte is the number of this format. A text has its length before it. What says something about people stands
-- elsewhere, so that it can be erased and the proof still holds.
-- No text has a backslash written out: with standard_conforming_strings off, a caller's session would read it otherwise.
-- Locks: none.
-- Caller: ledger_continue, which writes it; ledger_entries_are_right, which compares it.
CREATE OR REPLACE FUNCTION tallystick.ledger_hash(p_previous bytea, e tallystick.credit_ledger) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    RETURN sha256(
        decode('01', 'hex') || p_previous || uuid_send(e.business_id) || uuid_send(e.customer_id) || int8send(e.entry_no)
        || uuid_send(e.id)
        || int8send(e.amount) || int8send(e.balance_after) || int8send(e.charged_total) || int8send(e.allocated_total)
        || int8send(e.held_total) || int8send(coalesce(e.credit_limit, -1)) || int8send(coalesce(e.authorized_limit, -1))
        || int8send(coalesce(e.reverses_no, 0))
        || timestamptz_send(CASE WHEN e.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') THEN e.due_at
               ELSE '-infinity' END)
        || int4send(coalesce(coalesce(e.due_date, e.received_on) - '2000-01-01'::date, -2147483648)) || timestamptz_send(e.created_at)
        || e.request_fingerprint || e.details_digest
        || int4send(octet_length(e.kind)) || replace(e.kind, chr(92), repeat(chr(92), 2))::bytea
        || int4send(octet_length(e.idempotency_key)) || replace(e.idempotency_key, chr(92), repeat(chr(92), 2))::bytea
        || int4send(octet_length(e.actor)) || replace(e.actor, chr(92), repeat(chr(92), 2))::bytea);
END
$$;

-- Purpose: the next entry of a customer's ledger. p_entry says what happened: id, kind, amount, due_at of a charge, limits, key,
-- fingerprint, digest of the details, actor, and allocated_total and ahead_total if they change. This adds what follows from
-- p_account, the account as the entry before left it: number, running figures, hashes.
-- The hash is the expression of the table's constraint entry_hash_covers_the_entry. docs/proofs.md explains it.
-- Locks: none. The caller holds the lock on the customer.
-- Caller: every function that writes a ledger entry.
CREATE OR REPLACE FUNCTION tallystick.ledger_continue(
    p_account tallystick.ledger_account, p_entry tallystick.credit_ledger
) RETURNS tallystick.credit_ledger
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_is_charge constant boolean := p_entry.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund');
    e tallystick.credit_ledger := p_entry;
BEGIN
    e.customer_id := p_account.id;
    e.entry_no := p_account.entry_no + 1;
    e.balance_before := p_account.balance;
    e.balance_after := p_account.balance + e.amount;
    e.charged_total := p_account.charged_total + CASE WHEN v_is_charge THEN e.amount ELSE 0 END;
    e.allocated_before := p_account.allocated_total;
    e.allocated_total := coalesce(e.allocated_total, p_account.allocated_total);
    e.ahead_before := p_account.ahead_total;
    e.ahead_total := coalesce(e.ahead_total, p_account.ahead_total);
    e.held_before := p_account.held_total;
    e.held_total := coalesce(e.held_total, p_account.held_total);
    e.due_before := p_account.due_at;
    e.due_run_before := p_account.due_run_from;
    IF NOT v_is_charge THEN
        e.due_at := e.due_before;
        e.due_run_from := e.due_run_before;
    ELSIF e.due_run_before > 0 AND e.due_at >= e.due_before THEN
        e.due_run_from := e.due_run_before;
    ELSE
        e.due_run_from := e.entry_no;
    END IF;
    e.previous_hash := p_account.entry_hash;
    e.entry_hash := sha256(
        '\x01'::bytea || e.previous_hash || uuid_send(e.business_id) || uuid_send(e.customer_id) || int8send(e.entry_no)
        || uuid_send(e.id)
        || int8send(e.amount) || int8send(e.balance_after) || int8send(e.charged_total) || int8send(e.allocated_total)
        || int8send(e.held_total) || int8send(coalesce(e.credit_limit, -1)) || int8send(coalesce(e.authorized_limit, -1))
        || int8send(coalesce(e.reverses_no, 0))
        || timestamptz_send(CASE WHEN v_is_charge THEN e.due_at ELSE '-infinity' END)
        || int4send(coalesce(e.due_date - '2000-01-01'::date, -2147483648)) || timestamptz_send(e.created_at)
        || e.request_fingerprint || e.details_digest
        || int4send(octet_length(e.kind)) || replace(e.kind, '\', '\\')::bytea
        || int4send(octet_length(e.idempotency_key)) || replace(e.idempotency_key, '\', '\\')::bytea
        || int4send(octet_length(e.actor)) || replace(e.actor, '\', '\\')::bytea);
    RETURN e;
END
$$;

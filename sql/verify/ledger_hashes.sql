-- Ledger hashes
-- The hash of every entry is that of its row and of the hash before it: business, customer, figures, limits, times, kind, key,
-- fingerprint, digest of the details, actor, and the hash of the entry before. So nothing of an entry was changed, nor anything
-- before it.
--
-- docs/proofs.md explains the hash. It is written out here: this proves the function that computes it, too.
SELECT
    entry.business_id,
    1 AS rows_checked,
    CASE WHEN (entry.entry_hash = sha256(
            '\x01'::bytea || entry.previous_hash || uuid_send(entry.business_id) || uuid_send(entry.customer_id)
            || int8send(entry.entry_no) || uuid_send(entry.id)
            || int8send(entry.amount) || int8send(entry.balance_after) || int8send(entry.charged_total)
            || int8send(entry.allocated_total) || int8send(entry.held_total) || int8send(coalesce(entry.credit_limit, -1))
            || int8send(coalesce(entry.authorized_limit, -1)) || int8send(coalesce(entry.reverses_no, 0))
            || timestamptz_send(CASE WHEN entry.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
                THEN entry.due_at ELSE '-infinity' END)
            || int4send(CASE WHEN isfinite(coalesce(entry.due_date, entry.received_on))
                   THEN coalesce(entry.due_date, entry.received_on) - '2000-01-01'::date ELSE -2147483648 END)
            || timestamptz_send(entry.created_at)
            || entry.request_fingerprint || entry.details_digest
            || int4send(octet_length(entry.kind)) || replace(entry.kind, '\', '\\')::bytea
            || int4send(octet_length(entry.idempotency_key)) || replace(entry.idempotency_key, '\', '\\')::bytea
            || int4send(octet_length(entry.actor)) || replace(entry.actor, '\', '\\')::bytea)) IS NOT TRUE
        THEN 'the entry is not the one that was hashed, or another one was before it' END AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id
FROM (
    SELECT ledger.*, lag(ledger.entry_hash, 1, decode(repeat('00', 32), 'hex')) OVER chain AS previous_hash
    FROM tallystick.credit_ledger AS ledger
    WINDOW chain AS (PARTITION BY ledger.business_id, ledger.customer_id ORDER BY ledger.entry_no)
) AS entry

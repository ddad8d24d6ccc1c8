-- For each proof, in the order of the parameters: whether its entry is there, and whether the entry is still the one that was
-- proven: it has this hash, and the hash is that of its figures and of the entry before it. The checks of the rows prove the
-- entries before that.
SELECT entry.entry_hash IS NOT NULL AS is_there, coalesce(entry.entry_hash = asked.hash AND entry.computed = asked.hash, false) AS holds
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[]) WITH ORDINALITY
    AS asked (business_id, customer_id, entry_no, hash, position)
LEFT JOIN LATERAL (
    SELECT
        ledger.entry_hash,
        -- Written out as in verify/ledger_hashes.sql. Without the entry before it, the hash is that of nothing.
        sha256(
            '\x01'::bytea
            || coalesce(previous.entry_hash, CASE ledger.entry_no WHEN 1 THEN decode(repeat('00', 32), 'hex') END)
            || uuid_send(ledger.business_id) || uuid_send(ledger.customer_id)
            || int8send(ledger.entry_no) || uuid_send(ledger.id)
            || int8send(ledger.amount) || int8send(ledger.balance_after) || int8send(ledger.charged_total)
            || int8send(ledger.allocated_total) || int8send(ledger.held_total) || int8send(coalesce(ledger.credit_limit, -1))
            || int8send(coalesce(ledger.authorized_limit, -1)) || int8send(coalesce(ledger.reverses_no, 0))
            || timestamptz_send(CASE
                WHEN ledger.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') THEN ledger.due_at ELSE '-infinity' END)
            || int4send(CASE WHEN isfinite(coalesce(ledger.due_date, ledger.received_on))
                   THEN coalesce(ledger.due_date, ledger.received_on) - '2000-01-01'::date ELSE -2147483648 END)
            || timestamptz_send(ledger.created_at)
            || ledger.request_fingerprint || ledger.details_digest
            || int4send(octet_length(ledger.kind)) || replace(ledger.kind, '\', '\\')::bytea
            || int4send(octet_length(ledger.idempotency_key)) || replace(ledger.idempotency_key, '\', '\\')::bytea
            || int4send(octet_length(ledger.actor)) || replace(ledger.actor, '\', '\\')::bytea) AS computed
    FROM tallystick.credit_ledger AS ledger
    LEFT JOIN LATERAL (
        SELECT former.entry_hash
        FROM tallystick.credit_ledger AS former
        WHERE former.business_id = ledger.business_id AND former.customer_id = ledger.customer_id
          AND former.entry_no = ledger.entry_no - 1
        LIMIT 1
    ) AS previous ON true
    WHERE ledger.business_id = asked.business_id AND ledger.customer_id = asked.customer_id
      AND ledger.entry_no = asked.entry_no
    LIMIT 1
) AS entry ON true
ORDER BY asked.position

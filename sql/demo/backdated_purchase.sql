-- Purpose: a purchase with a date in the past, for the demo's overdue list. The functions that write every purchase write it, too;
-- none of them takes a past date from a caller, so the demo runs this statement as the superuser. All constraints apply.
-- The customer has no ledger entry yet: an entry is never earlier than the one before it.
-- Caller: commands::demo.
-- $1 business, $2 customer, $3 product, $4 quantity, $5 order, $6 when it was
SELECT tallystick.batch_write(
    $1, ARRAY[tallystick.ledger_continue(account.before, entry)], lines.items,
    ARRAY[product.id], ARRAY[product.stock], ARRAY[product.stock - $4::bigint])
FROM tallystick.products AS product
CROSS JOIN LATERAL (
    SELECT (tallystick.batch_read_accounts($1, ARRAY[$2::uuid], NULL))[1] AS before
) AS account
CROSS JOIN LATERAL tallystick.batch_lines(
    $1, $5::uuid, ARRAY[product.id], tallystick.batch_read_shelf($1, ARRAY[product.id], NULL),
    ARRAY[product.stock - $4::bigint], ARRAY[1], ARRAY[$4::bigint]) AS lines
CROSS JOIN LATERAL jsonb_populate_record(NULL::tallystick.credit_ledger, jsonb_build_object(
    'business_id', $1::uuid,
    'id', $5::uuid,
    'kind', 'purchase',
    'amount', product.price * $4::bigint,
    'created_at', $6::timestamptz,
    'due_at', $6::timestamptz + (account.before).due_after,
    'credit_limit', (account.before).credit_limit,
    'idempotency_key', 'backdated-' || $5::uuid,
    'request_fingerprint', tallystick.request_fingerprint(
        'purchase', ($2::uuid)::text, ARRAY[product.id]::text, ARRAY[$4::bigint]::text),
    'details_digest', lines.digest,
    'actor', 'demo')) AS entry
WHERE product.business_id = $1 AND product.id = $3

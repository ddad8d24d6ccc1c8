-- Idempotency keys
-- Within a business each key created at most one ledger entry and at most one stock movement. A key is 1 to 255 visible
-- ASCII characters and has the fingerprint of its request. The rows themselves are counted, because an index may be broken.
SELECT
    used.business_id,
    used.times AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN used.times > 1 THEN format('the key was used %s times', used.times) END,
        CASE WHEN (octet_length(used.idempotency_key) <= 255 AND used.idempotency_key ~ '^[!-~]+$') IS NOT TRUE
            THEN 'the key is not 1 to 255 visible ASCII characters' END,
        CASE WHEN used.fingerprints_are_sha256 IS NOT TRUE THEN 'the fingerprint is not a SHA-256' END
    ), '') AS wrong,
    used."table",
    used.idempotency_key
FROM (
    SELECT
        'credit_ledger' AS "table", entry.business_id, entry.idempotency_key, count(*) AS times,
        bool_and(coalesce(octet_length(entry.request_fingerprint), 0) = 32) AS fingerprints_are_sha256
    FROM tallystick.credit_ledger AS entry
    GROUP BY entry.business_id, entry.idempotency_key
    UNION ALL
    SELECT
        'stock_movements', movement.business_id, movement.idempotency_key, count(*),
        bool_and(coalesce(octet_length(movement.request_fingerprint), 0) = 32)
    FROM tallystick.stock_movements AS movement
    -- stock_movements.sql proves that adjustments have a key and openings have none.
    WHERE movement.idempotency_key IS NOT NULL
    GROUP BY movement.business_id, movement.idempotency_key
) AS used

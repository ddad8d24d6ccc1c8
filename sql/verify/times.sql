-- Times
-- What happened has a time, and none is in the future. Where an id says when it was made, that is within a day of the time.
--
-- An id of version 7 begins with its moment. tallystick makes ids of this version when a request comes, before it waits for its
-- turn and for locks. Who calls SQL functions as another role may bring any id, so only facts of API keys and of subjects of
-- tokens are judged. A request lives for seconds; the rest is for the clocks of two machines. One that was set to local time
-- by mistake is up to 14 hours wrong. A day is also the least that can change who is overdue.
SELECT
    fact.business_id,
    1 AS rows_checked,
    CASE
        WHEN isfinite(fact.created_at) IS NOT TRUE THEN 'it has no time'
        -- A minute for the clock of a server that took over from another.
        WHEN fact.created_at > clock_timestamp() + interval '1 minute' THEN format('it is of %s, in the future', fact.created_at)
        WHEN fact.created_at NOT BETWEEN made.at - interval '1 day' AND made.at + interval '1 day'
            THEN format('it is of %s, but its id was made at %s', fact.created_at, made.at)
    END AS wrong,
    fact."table",
    fact.id
FROM (
    SELECT
        'credit_ledger' AS "table", entry.business_id, entry.id, entry.created_at, entry.actor, uuid_send(entry.id) AS bytes
    FROM tallystick.credit_ledger AS entry
    UNION ALL
    SELECT 'stock_movements', movement.business_id, movement.id, movement.created_at, movement.actor,
           uuid_send(movement.id)
    FROM tallystick.stock_movements AS movement
    UNION ALL
    SELECT 'product_versions', version.business_id, version.product_id, version.created_at, NULL, NULL
    FROM tallystick.product_versions AS version
) AS fact
CROSS JOIN LATERAL (
    SELECT CASE WHEN left(fact.actor, 4) IN ('key:', 'sub:')
            AND get_byte(fact.bytes, 6) >> 4 = 7 AND get_byte(fact.bytes, 8) >> 6 = 2
        -- The first 48 bits are milliseconds since 1970.
        THEN to_timestamp(('x' || encode(substring(fact.bytes FROM 1 FOR 6), 'hex'))::bit(48)::bigint / 1000.0::float8)
        END AS at
    -- Evaluated once for each row.
    OFFSET 0
) AS made

-- Purpose: for each business, how many rows it has in each table, and what its customers owe in total, added up from the
-- amounts. Rows whose business_id belongs to no business are counted in a row without a name.
-- Caller: verify, beside the checks of sql/verify.
WITH held AS (
    {tenant_rows}
)
SELECT
    counted.business_id,
    max(business.name) AS name,
    max(business.currency) AS currency,
    -- One member per table, 0 where the business has no row in it. The ledger's is called ledger_entries.
    (SELECT jsonb_object_agg(empty.name, 0) FROM (
        SELECT replace(held."table", 'credit_ledger', 'ledger_entries') AS name FROM held WHERE held.is_total
    ) AS empty)
    || coalesce(
        jsonb_object_agg(replace(counted."table", 'credit_ledger', 'ledger_entries'), counted.number)
            FILTER (WHERE counted."table" IS NOT NULL),
        '{}') AS rows,
    -- Cut to the range of bigint: damaged amounts may add up to more.
    least(greatest(coalesce(sum(counted.amount), 0), -9223372036854775807), 9223372036854775807)::bigint AS balance
FROM (
    SELECT held."table", held.business_id, held.number, 0::numeric AS amount FROM held WHERE NOT held.is_total
    UNION ALL
    SELECT NULL, own.business_id, 0, 0 FROM tallystick.businesses AS own GROUP BY own.business_id
    UNION ALL
    SELECT NULL, entry.business_id, 0, sum(entry.amount) FROM tallystick.credit_ledger AS entry GROUP BY entry.business_id
) AS counted
LEFT JOIN (
    SELECT named.business_id, max(named.name) AS name, max(named.currency) AS currency
    FROM tallystick.businesses AS named GROUP BY named.business_id
) AS business ON business.business_id = counted.business_id
WHERE $1::uuid IS NULL OR counted.business_id = $1
GROUP BY counted.business_id
ORDER BY counted.business_id

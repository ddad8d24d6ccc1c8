-- Reversals
-- A reversal takes back an earlier payment, credit or write-off of its customer, with exactly the opposite amount, and no entry
-- is taken back twice. No other kind takes an entry back. Of each charge that the entry settled by name, the reversal takes back as
-- much as that, or as much as was allocated to the charge before if that is less; of other charges it takes nothing back.
SELECT
    reversal.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE
            WHEN reversal.kind IS DISTINCT FROM 'reversal' THEN 'it takes an entry back and is no reversal'
            WHEN reversal.reverses_no IS NULL THEN 'it takes no entry back'
            WHEN reversed.entry_no IS NULL THEN 'the customer has no such entry'
        END,
        CASE WHEN reversal.reverses_no >= reversal.entry_no THEN 'it takes a later entry back' END,
        CASE WHEN reversed.kind NOT IN ('payment', 'credit', 'write_off')
            THEN format('what it takes back is of kind %s', reversed.kind) END,
        CASE WHEN reversal.amount IS DISTINCT FROM -reversed.amount AND reversed.entry_no IS NOT NULL
            THEN format('its amount is %s, but that of the entry %s', reversal.amount, reversed.amount) END,
        CASE WHEN reversal.reverses_no IS NOT NULL AND reversal.times > 1
            THEN format('the entry was taken back %s times', reversal.times) END,
        parts.wrong
    ), '') AS wrong,
    reversal.customer_id,
    reversal.entry_no,
    reversal.id,
    reversal.reverses_no
FROM (
    SELECT
        entry.business_id, entry.customer_id, entry.entry_no, entry.id, entry.kind, entry.amount, entry.reverses_no,
        count(*) OVER (PARTITION BY entry.business_id, entry.customer_id, entry.reverses_no) AS times
    FROM tallystick.credit_ledger AS entry
    WHERE entry.kind = 'reversal' OR entry.reverses_no IS NOT NULL
) AS reversal
LEFT JOIN (
    -- Grouped, because the primary key may be missing: an entry that is there twice must not double the counts.
    SELECT entry.business_id, entry.customer_id, entry.entry_no, min(entry.kind) AS kind, min(entry.amount)::numeric AS amount
    FROM tallystick.credit_ledger AS entry
    WHERE (entry.business_id, entry.customer_id, entry.entry_no) IN (
        SELECT named.business_id, named.customer_id, named.reverses_no
        FROM tallystick.credit_ledger AS named
        WHERE named.reverses_no IS NOT NULL)
    GROUP BY entry.business_id, entry.customer_id, entry.entry_no
) AS reversed
    ON reversed.business_id = reversal.business_id AND reversed.customer_id = reversal.customer_id
    AND reversed.entry_no = reversal.reverses_no
LEFT JOIN (
    SELECT
        part.business_id, part.customer_id, part.entry_no,
        string_agg(
            format('of charge %s it takes %s back, but its entry settled %s and %s was allocated', part.charge_no, part.taken,
                   part.settled, part.stood),
            '; ' ORDER BY part.charge_no) AS wrong
    FROM (
        SELECT
            named.business_id, named.customer_id, named.entry_no, named.charge_no, named.settled, named.taken,
            coalesce(sum(held.amount) FILTER (WHERE held.entry_no < named.entry_no), 0) AS stood
        FROM (
            SELECT
                reversal.business_id, reversal.customer_id, reversal.entry_no, part.charge_no,
                coalesce(sum(part.amount) FILTER (WHERE part.entry_no = reversal.reverses_no), 0) AS settled,
                coalesce(-sum(part.amount) FILTER (WHERE part.entry_no = reversal.entry_no), 0) AS taken
            FROM tallystick.credit_ledger AS reversal
            CROSS JOIN LATERAL (VALUES (reversal.reverses_no), (reversal.entry_no)) AS both_of (entry_no)
            JOIN tallystick.allocations AS part
                ON part.business_id = reversal.business_id AND part.customer_id = reversal.customer_id
                AND part.entry_no = both_of.entry_no
            WHERE reversal.kind = 'reversal'
            GROUP BY reversal.business_id, reversal.customer_id, reversal.entry_no, part.charge_no
        ) AS named
        JOIN tallystick.allocations AS held
            ON held.business_id = named.business_id AND held.customer_id = named.customer_id AND held.charge_no = named.charge_no
        GROUP BY named.business_id, named.customer_id, named.entry_no, named.charge_no, named.settled, named.taken
    ) AS part
    WHERE part.taken IS DISTINCT FROM greatest(least(part.settled, part.stood), 0)
    GROUP BY part.business_id, part.customer_id, part.entry_no
) AS parts
    ON parts.business_id = reversal.business_id AND parts.customer_id = reversal.customer_id
    AND parts.entry_no = reversal.entry_no

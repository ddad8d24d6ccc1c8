-- Reversals
-- A reversal takes back an earlier payment, credit or write-off of its customer, with exactly the opposite amount, and no entry
-- is taken back twice. No other kind takes an entry back.
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
            THEN format('the entry was taken back %s times', reversal.times) END
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

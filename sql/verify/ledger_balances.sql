-- Ledger balances
-- Per customer, the last entry's balance is the sum of all amounts, its charged_total the sum of all charges, and its
-- allocated_total the sum of all parts of charges. The last number is the count of entries. Adds everything up again, without
-- trusting the chain.
SELECT
    account.business_id,
    account.entries AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN account.last[2] IS DISTINCT FROM account.amounts
            THEN format('the balance is %s, but the amounts add up to %s', account.last[2], account.amounts) END,
        CASE WHEN account.last[3] IS DISTINCT FROM account.charges
            THEN format('charged_total is %s, but the charges add up to %s', account.last[3], account.charges) END,
        CASE WHEN account.last[4] IS DISTINCT FROM coalesce(parts.amounts, 0)
            THEN format('allocated_total is %s, but allocations add up to %s', account.last[4], coalesce(parts.amounts, 0)) END,
        CASE WHEN account.last[1] IS DISTINCT FROM account.entries
            THEN format('the last entry_no is %s, but there are %s entries', account.last[1], account.entries) END
    ), '') AS wrong,
    account.customer_id,
    account.last[1] AS last_entry_no
FROM (
    SELECT
        entry.business_id,
        entry.customer_id,
        count(*) AS entries,
        sum(entry.amount) AS amounts,
        coalesce(sum(entry.amount) FILTER (WHERE entry.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')), 0) AS charges,
        -- The figures of the entry with the highest number.
        max(ARRAY[entry.entry_no, entry.balance_after, entry.charged_total, entry.allocated_total]) AS last
    FROM tallystick.credit_ledger AS entry
    GROUP BY entry.business_id, entry.customer_id
) AS account
LEFT JOIN (
    SELECT part.business_id, part.customer_id, sum(part.amount) AS amounts
    FROM tallystick.allocations AS part
    GROUP BY part.business_id, part.customer_id
) AS parts ON parts.business_id = account.business_id AND parts.customer_id = account.customer_id

-- Ledger balances
-- Per customer, the last entry's balance is the sum of all amounts and its charged_total the sum of all charges. The credit that
-- is allocated, ahead and held is what all entries added to it. The last number is the count of entries. Adds everything up
-- again, without trusting the chain.
SELECT
    account.business_id,
    account.entries AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN account.last[2] IS DISTINCT FROM account.amounts
            THEN format('the balance is %s, but the amounts add up to %s', account.last[2], account.amounts) END,
        CASE WHEN account.last[3] IS DISTINCT FROM account.charges
            THEN format('charged_total is %s, but the charges add up to %s', account.last[3], account.charges) END,
        CASE WHEN account.last[4] IS DISTINCT FROM account.allocated
            THEN format('allocated_total is %s, but the entries allocate %s', account.last[4], account.allocated) END,
        CASE WHEN account.last[5] IS DISTINCT FROM account.ahead
            THEN format('ahead_total is %s, but the entries add up to %s', account.last[5], account.ahead) END,
        CASE WHEN account.last[6] IS DISTINCT FROM account.held
            THEN format('held_total is %s, but the entries hold %s', account.last[6], account.held) END,
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
        sum(entry.allocated_total) - sum(entry.allocated_before) AS allocated,
        sum(entry.ahead_total) - sum(entry.ahead_before) AS ahead,
        sum(entry.held_total) - sum(entry.held_before) AS held,
        -- The figures of the entry with the highest number.
        max(ARRAY[
            entry.entry_no, entry.balance_after, entry.charged_total, entry.allocated_total, entry.ahead_total,
            entry.held_total]) AS last
    FROM tallystick.credit_ledger AS entry
    GROUP BY entry.business_id, entry.customer_id
) AS account

-- Ledger balances
-- Per customer, the last entry's balance is the sum of all amounts, its charged_total is the sum of all charges, and its
-- number is the count of entries. Adds everything up again, without trusting the chain.
SELECT
    account.business_id,
    account.entries AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN account.balance IS DISTINCT FROM account.amounts
            THEN format('the balance is %s, but the amounts add up to %s', account.balance, account.amounts) END,
        CASE WHEN account.charged_total IS DISTINCT FROM account.charges
            THEN format('charged_total is %s, but the charges add up to %s', account.charged_total, account.charges) END,
        CASE WHEN account.last_entry_no IS DISTINCT FROM account.entries
            THEN format('the last entry_no is %s, but there are %s entries', account.last_entry_no, account.entries) END
    ), '') AS wrong,
    account.customer_id,
    account.last_entry_no
FROM (
    SELECT
        entry.business_id,
        entry.customer_id,
        count(*) AS entries,
        sum(entry.amount) AS amounts,
        coalesce(sum(entry.amount) FILTER (WHERE entry.amount > 0), 0) AS charges,
        max(entry.entry_no) AS last_entry_no,
        -- The figures of the entry with the highest number.
        (max(ARRAY[entry.entry_no, entry.balance_after]))[2] AS balance,
        (max(ARRAY[entry.entry_no, entry.charged_total]))[2] AS charged_total
    FROM tallystick.credit_ledger AS entry
    GROUP BY entry.business_id, entry.customer_id
) AS account

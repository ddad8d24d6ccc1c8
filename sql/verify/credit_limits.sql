-- Credit limits
-- Every purchase keeps the credit limit of its moment, and its balance is within that limit. A payment keeps no limit.
SELECT
    entry.business_id,
    1 AS rows_checked,
    CASE
        WHEN (entry.kind = 'purchase') IS DISTINCT FROM (entry.credit_limit IS NOT NULL)
            THEN 'a purchase keeps the credit limit of its moment, and nothing else does'
        WHEN entry.credit_limit NOT BETWEEN 0 AND 9007199254740991
            THEN 'the credit limit is not safe money'
        WHEN entry.amount > 0 AND entry.balance_after > entry.credit_limit
            THEN 'the charge went above the credit limit'
    END AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.amount,
    entry.balance_after,
    entry.credit_limit
FROM tallystick.credit_ledger AS entry

-- Ledger entries
-- Every entry is a purchase with an amount of 0 or more, or a payment with an amount below 0, within the range of money.
SELECT
    entry.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE entry.kind
            WHEN 'purchase' THEN CASE WHEN entry.amount >= 0 THEN NULL ELSE 'a purchase cannot pay' END
            WHEN 'payment' THEN CASE WHEN entry.amount < 0 THEN NULL ELSE 'a payment must pay' END
            ELSE 'the kind is not known'
        END,
        CASE WHEN entry.amount NOT BETWEEN -9007199254740991 AND 9007199254740991
            THEN 'the amount is not safe money' END,
        CASE WHEN entry.balance_after NOT BETWEEN -9007199254740991 AND 9007199254740991
            THEN 'the balance is not safe money' END,
        CASE WHEN entry.created_at IS NULL THEN 'it has no time' END
    ), '') AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.kind,
    entry.amount,
    entry.balance_after
FROM tallystick.credit_ledger AS entry

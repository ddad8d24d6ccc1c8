-- Ledger entries
-- Every entry is of a kind that is known, and its amount is one of that kind. Amount and balance are within the range of money.
-- It says who asked for it, and its reason and reference are short.
SELECT
    entry.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE
            WHEN entry.kind = 'purchase' THEN CASE WHEN (entry.amount >= 0) IS NOT TRUE THEN 'a purchase cannot pay' END
            WHEN entry.kind IN ('opening', 'fee', 'debit', 'refund', 'reversal')
                THEN CASE WHEN (entry.amount > 0) IS NOT TRUE THEN format('what is of kind %s must charge', entry.kind) END
            WHEN entry.kind IN ('payment', 'credit', 'write_off')
                THEN CASE WHEN (entry.amount < 0) IS NOT TRUE THEN format('what is of kind %s must pay', entry.kind) END
            WHEN entry.kind = 'return' THEN CASE WHEN (entry.amount <= 0) IS NOT TRUE THEN 'a return cannot charge' END
            WHEN entry.kind = 'allocation' THEN CASE WHEN (entry.amount = 0) IS NOT TRUE THEN 'an allocation has no amount' END
            ELSE 'the kind is not known'
        END,
        CASE WHEN entry.amount NOT BETWEEN -9007199254740991 AND 9007199254740991
            THEN 'the amount is not safe money' END,
        CASE WHEN entry.balance_after NOT BETWEEN -9007199254740991 AND 9007199254740991
            THEN 'the balance is not safe money' END,
        CASE WHEN (char_length(entry.actor) BETWEEN 1 AND 300) IS NOT TRUE THEN 'it does not say who asked for it' END,
        CASE WHEN char_length(entry.reason) NOT BETWEEN 1 AND 500 THEN 'the reason is not short text' END,
        CASE WHEN char_length(entry.reference) NOT BETWEEN 1 AND 200 THEN 'the reference is not short text' END
    ), '') AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.kind,
    entry.amount,
    entry.balance_after
FROM tallystick.credit_ledger AS entry

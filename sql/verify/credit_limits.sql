-- Credit limits
-- Every new debt (a purchase, an opening, a fee or a debit) keeps the credit limit of its moment; nothing else keeps one. It
-- leaves what is owed and held within that limit, or within the limit that was authorized instead. A refund pays out a credit
-- balance and no more, and a write-off gives up what is owed and no more.
SELECT
    entry.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN (entry.kind IN ('purchase', 'opening', 'fee', 'debit')) IS DISTINCT FROM (entry.credit_limit IS NOT NULL)
            THEN 'a new debt keeps the credit limit of its moment, and nothing else does' END,
        CASE WHEN entry.authorized_limit IS NOT NULL AND entry.credit_limit IS NULL
            THEN 'a limit was authorized for what is no new debt' END,
        CASE WHEN entry.credit_limit NOT BETWEEN 0 AND 9007199254740991 THEN 'the credit limit is not safe money' END,
        CASE WHEN entry.authorized_limit NOT BETWEEN 0 AND 9007199254740991 THEN 'the authorized limit is not safe money' END,
        CASE WHEN entry.kind NOT IN ('reversal', 'refund') AND entry.amount > 0
                AND (entry.balance_after::numeric + entry.held_total <= coalesce(entry.authorized_limit, entry.credit_limit))
                    IS NOT TRUE
            THEN 'the debt went above the credit limit' END,
        CASE WHEN entry.kind = 'refund' AND (entry.balance_after <= 0) IS NOT TRUE
            THEN 'the refund pays out more than the credit balance' END,
        CASE WHEN entry.kind = 'write_off' AND (entry.balance_after >= 0) IS NOT TRUE
            THEN 'the write-off gives up more than the balance' END
    ), '') AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.kind,
    entry.amount,
    entry.balance_after,
    entry.credit_limit,
    entry.authorized_limit
FROM tallystick.credit_ledger AS entry

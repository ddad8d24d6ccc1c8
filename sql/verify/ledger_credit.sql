-- Ledger credit
-- Credit that names no charge is charged_total - balance_after - allocated_total, and never negative. An entry allocates at most
-- itself, a reversal takes back at most itself, and only an allocation does otherwise. ahead_total is a part of allocated_total,
-- and 0 without debt. The sum of what is settled, charged_total - balance_after - ahead_total, stays with a charge, does not fall
-- with a credit and does not rise with a reversal. Nothing is held.
SELECT
    entry.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN (entry.charged_total::numeric - entry.balance_after - entry.allocated_total >= 0) IS NOT TRUE
            THEN format('unapplied credit is %s', entry.charged_total::numeric - entry.balance_after - entry.allocated_total)
            END,
        CASE WHEN (entry.allocated_total >= 0) IS NOT TRUE THEN 'allocated_total is below zero' END,
        CASE WHEN entry.kind <> 'allocation' AND allocated.change > greatest(-entry.amount::numeric, 0)
            THEN format('it allocates %s, which is more than itself', allocated.change) END,
        CASE WHEN entry.kind NOT IN ('reversal', 'allocation') AND allocated.change < 0
            THEN format('it takes %s back, and is no reversal', -allocated.change) END,
        CASE WHEN entry.kind = 'reversal' AND -allocated.change > entry.amount
            THEN format('it takes %s back, which is more than itself', -allocated.change) END,
        CASE WHEN (entry.ahead_total >= 0 AND entry.ahead_total <= entry.allocated_total) IS NOT TRUE
            THEN 'ahead_total is no part of allocated_total' END,
        CASE WHEN (entry.balance_after > 0 OR entry.ahead_total = 0) IS NOT TRUE THEN 'something is ahead without debt' END,
        CASE
            WHEN entry.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') AND ahead.change <> 0
                THEN 'a charge settles nothing, but ahead_total changed'
            WHEN entry.kind IN ('payment', 'return', 'credit', 'write_off') AND ahead.change > allocated.change
                THEN 'a credit puts ahead at most what it allocates'
            WHEN entry.kind = 'reversal' AND -ahead.change > entry.amount
                THEN 'a reversal settles nothing'
        END,
        CASE WHEN entry.held_total <> 0 THEN 'nothing can be held yet' END
    ), '') AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.kind,
    entry.amount
FROM tallystick.credit_ledger AS entry
CROSS JOIN LATERAL (SELECT entry.allocated_total::numeric - entry.allocated_before AS change) AS allocated
CROSS JOIN LATERAL (SELECT entry.ahead_total::numeric - entry.ahead_before AS change) AS ahead

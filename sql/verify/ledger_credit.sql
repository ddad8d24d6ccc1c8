-- Ledger credit
-- An entry allocates what its parts of charges add up to: a credit at most itself, a reversal takes back at most itself, and only
-- an allocation does otherwise. Credit that names no charge is charged_total - balance_after - allocated_total, and never negative.
-- ahead_total is a part of allocated_total, and 0 without debt. The sum of what is settled, charged_total - balance_after -
-- ahead_total, stays with a charge, does not fall with a credit and does not rise with a reversal. Nothing is held.
--
-- What an entry adds to a total is the difference to the entry before it. allocations.sql proves the parts, ledger_pointer.sql
-- where ahead_total begins.
SELECT
    entry.business_id,
    1 + coalesce(parts.number, 0) AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN entry.allocates IS DISTINCT FROM coalesce(parts.amount, 0)
            THEN format('it allocates %s, but its parts add up to %s', entry.allocates, coalesce(parts.amount, 0)) END,
        CASE WHEN (entry.charged_total::numeric - entry.balance_after - entry.allocated_total >= 0) IS NOT TRUE
            THEN format('unapplied credit is %s', entry.charged_total::numeric - entry.balance_after - entry.allocated_total)
            END,
        CASE WHEN (entry.allocated_total >= 0) IS NOT TRUE THEN 'allocated_total is below zero' END,
        CASE WHEN entry.kind <> 'allocation' AND entry.allocates > greatest(-entry.amount::numeric, 0)
            THEN format('it allocates %s, which is more than itself', entry.allocates) END,
        CASE WHEN entry.kind NOT IN ('reversal', 'allocation') AND entry.allocates < 0
            THEN format('it takes %s back, and is no reversal', -entry.allocates) END,
        CASE WHEN entry.kind = 'reversal' AND -entry.allocates > entry.amount
            THEN format('it takes %s back, which is more than itself', -entry.allocates) END,
        CASE WHEN (entry.ahead_total >= 0 AND entry.ahead_total <= entry.allocated_total) IS NOT TRUE
            THEN 'ahead_total is no part of allocated_total' END,
        CASE WHEN (entry.balance_after > 0 OR entry.ahead_total = 0) IS NOT TRUE THEN 'something is ahead without debt' END,
        CASE
            WHEN entry.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') AND entry.puts_ahead <> 0
                THEN 'a charge settles nothing, but ahead_total changed'
            WHEN entry.kind IN ('payment', 'return', 'credit', 'write_off') AND entry.puts_ahead > entry.allocates
                THEN 'a credit puts ahead at most what it allocates'
            WHEN entry.kind = 'reversal' AND -entry.puts_ahead > entry.amount
                THEN 'a reversal settles nothing'
        END,
        CASE WHEN (entry.held_total = 0) IS NOT TRUE THEN 'nothing can be held yet' END
    ), '') AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.kind,
    entry.amount
FROM (
    SELECT
        ledger.business_id, ledger.customer_id, ledger.entry_no, ledger.id, ledger.kind, ledger.amount, ledger.balance_after,
        ledger.charged_total, ledger.allocated_total, ledger.ahead_total, ledger.held_total,
        ledger.allocated_total::numeric - lag(ledger.allocated_total, 1, 0::bigint) OVER chain AS allocates,
        ledger.ahead_total::numeric - lag(ledger.ahead_total, 1, 0::bigint) OVER chain AS puts_ahead
    FROM tallystick.credit_ledger AS ledger
    WINDOW chain AS (PARTITION BY ledger.business_id, ledger.customer_id ORDER BY ledger.entry_no)
) AS entry
LEFT JOIN (
    SELECT part.business_id, part.customer_id, part.entry_no, count(*) AS number, sum(part.amount) AS amount
    FROM tallystick.allocations AS part
    GROUP BY part.business_id, part.customer_id, part.entry_no
) AS parts
    ON parts.business_id = entry.business_id AND parts.customer_id = entry.customer_id AND parts.entry_no = entry.entry_no

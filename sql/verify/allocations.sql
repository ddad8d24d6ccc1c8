-- Allocations
-- The parts of every charge are numbered 1, 2, 3 … without a gap, in the order of the entries that made them. Each begins with what
-- the one before it left allocated, and what is allocated is never below zero nor above the charge. A part copies its charge: an
-- earlier entry of the customer. The entry that made it is a credit, a reversal or an allocation of the customer; a credit takes
-- none back.
--
-- ledger_credit.sql proves that the parts of an entry add up to what it allocates, ledger_details.sql that they are those of its
-- digest, and ledger_pointer.sql what they settle.
SELECT
    part.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN part.part_no IS DISTINCT FROM part.former_no::numeric + 1
            THEN format('part_no should be %s', part.former_no::numeric + 1) END,
        CASE WHEN part.previous_part_no IS DISTINCT FROM nullif(part.part_no::numeric - 1, 0)
            THEN 'previous_part_no is not derived from part_no' END,
        CASE WHEN part.allocated_before IS DISTINCT FROM part.former_allocated
            THEN format('allocated_before should be %s, which the part before it left', part.former_allocated) END,
        CASE WHEN part.allocated_after IS DISTINCT FROM part.allocated_before::numeric + part.amount
            THEN format('allocated_after should be %s', part.allocated_before::numeric + part.amount) END,
        CASE WHEN (part.amount <> 0) IS NOT TRUE THEN 'it changes nothing' END,
        CASE WHEN (part.allocated_after >= 0) IS NOT TRUE THEN 'more was taken back than was allocated' END,
        CASE WHEN (part.allocated_after <= part.charge_amount) IS NOT TRUE THEN 'more is allocated than the charge is' END,
        CASE WHEN (part.entry_no > part.former_entry) IS NOT TRUE
            THEN format('its entry is not later than that of the part before it, which is %s', part.former_entry) END,
        CASE WHEN (part.charge_no < part.entry_no) IS NOT TRUE THEN 'the charge is not earlier than the entry' END,
        CASE WHEN (charge.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')) IS NOT TRUE
            THEN 'the customer has no such charge'
            WHEN (charge.amount, charge.charged_total) IS DISTINCT FROM (part.charge_amount, part.charged_total)
            THEN format('it says %s of %s, but the charge is %s of %s', part.charge_amount, part.charged_total, charge.amount,
                        charge.charged_total) END,
        CASE WHEN entry.entry_no IS NULL THEN 'the customer has no such entry'
            WHEN (entry.kind IN ('payment', 'return', 'credit', 'write_off', 'reversal', 'allocation')) IS NOT TRUE
            THEN format('an entry of kind %s allocates nothing', entry.kind)
            WHEN part.amount < 0 AND entry.kind NOT IN ('reversal', 'allocation')
            THEN format('an entry of kind %s takes nothing back', entry.kind) END
    ), '') AS wrong,
    part.customer_id,
    part.charge_no,
    part.part_no,
    part.entry_no,
    part.amount
FROM (
    SELECT
        held.*,
        lag(held.part_no, 1, 0::bigint) OVER chain AS former_no,
        lag(held.allocated_after, 1, 0::bigint) OVER chain AS former_allocated,
        lag(held.entry_no, 1, 0::bigint) OVER chain AS former_entry
    FROM tallystick.allocations AS held
    WINDOW chain AS (PARTITION BY held.business_id, held.customer_id, held.charge_no ORDER BY held.part_no)
) AS part
LEFT JOIN tallystick.credit_ledger AS charge
    ON charge.business_id = part.business_id AND charge.customer_id = part.customer_id AND charge.entry_no = part.charge_no
LEFT JOIN tallystick.credit_ledger AS entry
    ON entry.business_id = part.business_id AND entry.customer_id = part.customer_id AND entry.entry_no = part.entry_no

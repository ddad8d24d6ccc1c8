-- Returns
-- Every return has one ledger entry: a credit with the return's id, customer, total and time; and every return in the ledger is one.
-- It is of an order of its customer. It has 1 to 500 lines, which add up to its total. By name it settles the charge of its order and
-- nothing else: all that it credits, or what no other credit had settled by name until then.
--
-- return_lines.sql proves the lines, ledger_details.sql the digest, and identities.sql that ids are unique.
SELECT
    coalesce(returned.business_id, entry.business_id, lines.business_id) AS business_id,
    (returned.id IS NOT NULL)::integer + (entry.id IS NOT NULL)::integer + coalesce(lines.number, 0) AS rows_checked,
    CASE
        WHEN returned.id IS NULL AND entry.id IS NULL THEN 'the lines have no return'
        WHEN returned.id IS NULL THEN 'the return in the ledger does not exist'
        WHEN entry.id IS NULL THEN 'the return has no ledger entry'
        WHEN lines.return_id IS NULL THEN 'the return has no lines'
        ELSE nullif(concat_ws('; ',
            CASE WHEN returned.customer_id IS DISTINCT FROM entry.customer_id
                THEN format('the return is customer %s''s', returned.customer_id) END,
            CASE WHEN returned.total IS DISTINCT FROM -entry.amount::numeric
                THEN format('the return''s total is %s, but the ledger credits %s', returned.total, -entry.amount::numeric) END,
            CASE WHEN returned.created_at IS DISTINCT FROM entry.created_at
                THEN format('the return is of %s, but the ledger entry of %s', returned.created_at, entry.created_at) END,
            CASE WHEN charge.entry_no IS NULL THEN format('order %s is none of the customer''s', returned.order_id) END,
            CASE WHEN returned.total IS DISTINCT FROM lines.total
                THEN format('total is %s, but the lines add up to %s', returned.total, lines.total) END,
            CASE WHEN returned.first_line_no IS DISTINCT FROM lines.first
                THEN format('its first line is %s, and not %s', lines.first, returned.first_line_no) END,
            CASE WHEN lines.number > 500 THEN 'a return has at most 500 lines' END,
            CASE WHEN settled.first_charge <> charge.entry_no OR settled.last_charge <> charge.entry_no
                THEN 'it settles another charge than that of its order' END,
            CASE WHEN coalesce(settled.amount, 0) <> least(returned.total, charge.amount::numeric - coalesce(before.amount, 0))
                THEN format('it settles %s by name, and not %s', coalesce(settled.amount, 0),
                            least(returned.total, charge.amount::numeric - coalesce(before.amount, 0))) END), '')
    END AS wrong,
    coalesce(returned.id, entry.id, lines.return_id) AS return_id,
    returned.order_id,
    coalesce(entry.customer_id, returned.customer_id) AS customer_id,
    entry.entry_no
FROM tallystick.returns AS returned
FULL JOIN (
    SELECT credit.business_id, credit.id, credit.customer_id, credit.entry_no, credit.amount, credit.created_at
    FROM tallystick.credit_ledger AS credit
    WHERE credit.kind = 'return'
) AS entry ON entry.business_id = returned.business_id AND entry.id = returned.id
FULL JOIN (
    SELECT item.business_id, item.return_id, count(*) AS number, min(item.line_no) AS first, sum(item.line_total) AS total
    FROM tallystick.return_items AS item
    GROUP BY item.business_id, item.return_id
) AS lines
    ON lines.business_id = coalesce(returned.business_id, entry.business_id) AND lines.return_id = coalesce(returned.id, entry.id)
LEFT JOIN (
    -- Grouped, because an id may be there twice: that must not double the counts.
    SELECT purchase.business_id, purchase.id, purchase.customer_id, min(purchase.entry_no) AS entry_no,
           min(purchase.amount) AS amount
    FROM tallystick.credit_ledger AS purchase
    WHERE purchase.kind = 'purchase'
    GROUP BY purchase.business_id, purchase.id, purchase.customer_id
) AS charge
    ON charge.business_id = returned.business_id AND charge.id = returned.order_id AND charge.customer_id = returned.customer_id
LEFT JOIN (
    SELECT part.business_id, part.customer_id, part.entry_no, sum(part.amount) AS amount, min(part.charge_no) AS first_charge,
           max(part.charge_no) AS last_charge
    FROM tallystick.allocations AS part
    GROUP BY part.business_id, part.customer_id, part.entry_no
) AS settled
    ON settled.business_id = entry.business_id AND settled.customer_id = entry.customer_id AND settled.entry_no = entry.entry_no
LEFT JOIN (
    -- What was settled by name of a charge before each return of its order.
    SELECT credit.business_id, credit.id, sum(part.amount) AS amount
    FROM tallystick.credit_ledger AS credit
    JOIN tallystick.returns AS held ON held.business_id = credit.business_id AND held.id = credit.id
    JOIN tallystick.credit_ledger AS purchase
        ON purchase.business_id = held.business_id AND purchase.id = held.order_id AND purchase.kind = 'purchase'
    JOIN tallystick.allocations AS part
        ON part.business_id = purchase.business_id AND part.customer_id = purchase.customer_id
        AND part.charge_no = purchase.entry_no AND part.entry_no < credit.entry_no
    WHERE credit.kind = 'return'
    GROUP BY credit.business_id, credit.id
) AS before ON before.business_id = entry.business_id AND before.id = entry.id

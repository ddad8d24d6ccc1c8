-- Purpose: an order with its lines, as arrays in line order, and what its ledger entry says of it: the balance that it left, when it
-- is due, and the proof.
CREATE OR REPLACE VIEW tallystick.order_records WITH (security_invoker = true) AS
SELECT
    placed.business_id,
    placed.id,
    placed.customer_id,
    placed.total,
    entry.balance_after,
    placed.created_at,
    lines.product_ids,
    lines.quantities,
    lines.unit_prices,
    entry.due_at,
    entry.entry_no,
    entry.entry_hash,
    entry.due_date
FROM tallystick.orders AS placed
CROSS JOIN LATERAL (
    -- The one entry of the order, in the order of the index that finds it: no other index has that order.
    SELECT charge.balance_after, charge.due_at, charge.entry_no, charge.entry_hash, charge.due_date
    FROM tallystick.credit_ledger AS charge
    WHERE charge.business_id = placed.business_id AND charge.id BETWEEN placed.id AND placed.id
    ORDER BY charge.id
    LIMIT 1
) AS entry
CROSS JOIN LATERAL (
    SELECT
        array_agg(item.product_id ORDER BY item.line_no) AS product_ids,
        array_agg(item.quantity ORDER BY item.line_no) AS quantities,
        array_agg(item.unit_price ORDER BY item.line_no) AS unit_prices
    FROM tallystick.order_items AS item
    WHERE item.business_id = placed.business_id AND item.order_id = placed.id
) AS lines;

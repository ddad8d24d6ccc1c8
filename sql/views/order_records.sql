-- Purpose: an order with its lines, as arrays in line order, and what its ledger entry says of it: the balance that it left, when it
-- is due, and the proof. skus, names and units are what the products were called when they were sold.
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
    lines.quantity_decimals,
    lines.list_prices,
    lines.discounts,
    lines.taxes,
    lines.line_totals,
    lines.skus,
    lines.names,
    lines.units,
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
        array_agg(item.product_id) AS product_ids,
        array_agg(item.quantity) AS quantities,
        array_agg(item.unit_price) AS unit_prices,
        array_agg(item.decimals) AS quantity_decimals,
        array_agg(item.list_price) AS list_prices,
        array_agg(item.discount) AS discounts,
        array_agg(item.tax) AS taxes,
        array_agg(item.line_total) AS line_totals,
        array_agg(item.sku) AS skus,
        array_agg(item.name) AS names,
        array_agg(item.unit) AS units
    FROM (
        SELECT line.*, version.sku::text AS sku, version.name::text AS name, version.unit::text AS unit
        FROM tallystick.order_items AS line
        LEFT JOIN LATERAL (
            SELECT version.sku, version.name, version.unit
            FROM tallystick.product_versions AS version
            WHERE version.business_id = line.business_id AND version.product_id = line.product_id
              AND version.version_no BETWEEN line.product_version AND line.product_version
            ORDER BY version.version_no
            LIMIT 1
        ) AS version ON true
        WHERE line.business_id = placed.business_id AND line.order_id = placed.id
        -- In the order of the primary key: so no aggregate sorts for itself.
        ORDER BY line.line_no
    ) AS item
) AS lines;

-- References
-- Every customer or product that an order, a line, a ledger entry or a stock movement names exists in the same business.
SELECT
    named.business_id,
    named.number AS rows_checked,
    CASE WHEN known.id IS NULL
        THEN format('the %s of %s rows does not exist in the business', named.kind, named.number) END AS wrong,
    named."table",
    CASE named.kind WHEN 'customer' THEN named.id END AS customer_id,
    CASE named.kind WHEN 'product' THEN named.id END AS product_id
FROM (
    SELECT 'orders' AS "table", 'customer' AS kind, placed.business_id, placed.customer_id AS id, count(*) AS number
    FROM tallystick.orders AS placed GROUP BY placed.business_id, placed.customer_id
    UNION ALL
    SELECT 'credit_ledger', 'customer', entry.business_id, entry.customer_id, count(*)
    FROM tallystick.credit_ledger AS entry GROUP BY entry.business_id, entry.customer_id
    UNION ALL
    SELECT 'order_items', 'product', item.business_id, item.product_id, count(*)
    FROM tallystick.order_items AS item GROUP BY item.business_id, item.product_id
    UNION ALL
    SELECT 'stock_movements', 'product', movement.business_id, movement.product_id, count(*)
    FROM tallystick.stock_movements AS movement GROUP BY movement.business_id, movement.product_id
) AS named
-- DISTINCT, because a primary key may be missing: a row that is there twice must not double the counts.
LEFT JOIN (
    SELECT DISTINCT 'customer' AS kind, customer.business_id, customer.id FROM tallystick.customers AS customer
    UNION ALL
    SELECT DISTINCT 'product', product.business_id, product.id FROM tallystick.products AS product
) AS known ON known.kind = named.kind AND known.business_id = named.business_id AND known.id = named.id

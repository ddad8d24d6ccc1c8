-- Businesses exist
-- Every row of every table belongs to a business that exists.
SELECT
    held.business_id,
    held.number AS rows_checked,
    CASE
        WHEN held.business_id IS NULL THEN format('%s rows belong to no business', held.number)
        WHEN business.business_id IS NULL THEN format('the business of %s rows does not exist', held.number)
    END AS wrong,
    held."table"
FROM (
    SELECT 'customers' AS "table", customer.business_id, count(*) AS number
    FROM tallystick.customers AS customer GROUP BY customer.business_id
    UNION ALL
    SELECT 'products', product.business_id, count(*)
    FROM tallystick.products AS product GROUP BY product.business_id
    UNION ALL
    SELECT 'stock_movements', movement.business_id, count(*)
    FROM tallystick.stock_movements AS movement GROUP BY movement.business_id
    UNION ALL
    SELECT 'orders', placed.business_id, count(*)
    FROM tallystick.orders AS placed GROUP BY placed.business_id
    UNION ALL
    SELECT 'order_items', item.business_id, count(*)
    FROM tallystick.order_items AS item GROUP BY item.business_id
    UNION ALL
    SELECT 'credit_ledger', entry.business_id, count(*)
    FROM tallystick.credit_ledger AS entry GROUP BY entry.business_id
    UNION ALL
    SELECT 'api_keys', api_key.business_id, count(*)
    FROM tallystick.api_keys AS api_key GROUP BY api_key.business_id
) AS held
-- DISTINCT, because the primary key may be missing: a business that is there twice must not double the counts.
LEFT JOIN (
    SELECT DISTINCT existing.business_id FROM tallystick.businesses AS existing
) AS business ON business.business_id = held.business_id

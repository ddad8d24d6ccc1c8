-- How many rows each business has in each table. This is the audit's own list of tables: the audit must not take it from
-- the catalogue that it examines. A row with is_total counts the whole table and is there even if the table is empty.
-- Included by verify/businesses_exist.sql and queries/business_totals.sql, by its name.
SELECT 'customers' AS "table", held.business_id, count(*) AS number, grouping(held.business_id) = 1 AS is_total
FROM tallystick.customers AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'products', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.products AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'product_versions', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.product_versions AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'stock_movements', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.stock_movements AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'orders', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.orders AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'order_items', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.order_items AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'credit_ledger', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.credit_ledger AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'allocations', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.allocations AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'returns', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.returns AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'return_items', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.return_items AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'creations', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.creations AS held GROUP BY GROUPING SETS ((held.business_id), ())
UNION ALL
SELECT 'api_keys', held.business_id, count(*), grouping(held.business_id) = 1
FROM tallystick.api_keys AS held GROUP BY GROUPING SETS ((held.business_id), ())

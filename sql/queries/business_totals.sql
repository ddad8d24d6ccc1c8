-- Purpose: for each business, how many rows it has in each table, and what its customers owe in total, added up from the
-- amounts. Rows whose business_id belongs to no business are counted in a row without a name.
-- Caller: verify, beside the checks of sql/verify.
SELECT
    counted.business_id,
    max(business.name) AS name,
    max(business.currency) AS currency,
    coalesce(sum(counted.number) FILTER (WHERE counted."table" = 'customers'), 0)::bigint AS customers,
    coalesce(sum(counted.number) FILTER (WHERE counted."table" = 'products'), 0)::bigint AS products,
    coalesce(sum(counted.number) FILTER (WHERE counted."table" = 'stock_movements'), 0)::bigint AS stock_movements,
    coalesce(sum(counted.number) FILTER (WHERE counted."table" = 'orders'), 0)::bigint AS orders,
    coalesce(sum(counted.number) FILTER (WHERE counted."table" = 'order_items'), 0)::bigint AS order_items,
    coalesce(sum(counted.number) FILTER (WHERE counted."table" = 'credit_ledger'), 0)::bigint AS ledger_entries,
    coalesce(sum(counted.number) FILTER (WHERE counted."table" = 'api_keys'), 0)::bigint AS api_keys,
    -- Cut to the range of bigint: damaged amounts may add up to more.
    least(greatest(coalesce(sum(counted.amount), 0), -9223372036854775807), 9223372036854775807)::bigint AS balance
FROM (
    SELECT 'businesses' AS "table", own.business_id, count(*) AS number, 0::numeric AS amount
    FROM tallystick.businesses AS own GROUP BY own.business_id
    UNION ALL
    SELECT 'customers', customer.business_id, count(*), 0
    FROM tallystick.customers AS customer GROUP BY customer.business_id
    UNION ALL
    SELECT 'products', product.business_id, count(*), 0
    FROM tallystick.products AS product GROUP BY product.business_id
    UNION ALL
    SELECT 'stock_movements', movement.business_id, count(*), 0
    FROM tallystick.stock_movements AS movement GROUP BY movement.business_id
    UNION ALL
    SELECT 'orders', placed.business_id, count(*), 0
    FROM tallystick.orders AS placed GROUP BY placed.business_id
    UNION ALL
    SELECT 'order_items', item.business_id, count(*), 0
    FROM tallystick.order_items AS item GROUP BY item.business_id
    UNION ALL
    SELECT 'credit_ledger', entry.business_id, count(*), sum(entry.amount)
    FROM tallystick.credit_ledger AS entry GROUP BY entry.business_id
    UNION ALL
    SELECT 'api_keys', api_key.business_id, count(*), 0
    FROM tallystick.api_keys AS api_key GROUP BY api_key.business_id
) AS counted
LEFT JOIN (
    SELECT named.business_id, max(named.name) AS name, max(named.currency) AS currency
    FROM tallystick.businesses AS named GROUP BY named.business_id
) AS business ON business.business_id = counted.business_id
WHERE $1::uuid IS NULL OR counted.business_id = $1
GROUP BY counted.business_id
ORDER BY counted.business_id

-- Identities
-- Within a business every id is unique, and so is every name that must be (sku, external_id, key prefix).
-- A sku or external_id in two spellings of Unicode is one. The rows themselves are counted, because an index may be broken.
SELECT
    named.business_id,
    named.times AS rows_checked,
    CASE
        WHEN named.id IS NULL AND named.value IS NULL THEN format('%s is missing', named.property)
        WHEN named.times > 1 THEN format('%s rows have the same %s', named.times, named.property)
    END AS wrong,
    named."table",
    named.id,
    named.value,
    named.line_no
FROM (
    SELECT
        'businesses' AS "table", 'business_id' AS property, business.business_id, business.business_id AS id,
        NULL::text AS value, NULL::integer AS line_no, count(*) AS times
    FROM tallystick.businesses AS business
    GROUP BY business.business_id
    UNION ALL
    SELECT 'customers', 'id', customer.business_id, customer.id, NULL, NULL, count(*)
    FROM tallystick.customers AS customer
    GROUP BY customer.business_id, customer.id
    UNION ALL
    SELECT 'customers', 'external_id', customer.business_id, NULL, normalize(customer.external_id, NFC), NULL, count(*)
    FROM tallystick.customers AS customer
    WHERE customer.external_id IS NOT NULL
    GROUP BY customer.business_id, normalize(customer.external_id, NFC)
    UNION ALL
    SELECT 'products', 'id', product.business_id, product.id, NULL, NULL, count(*)
    FROM tallystick.products AS product
    GROUP BY product.business_id, product.id
    UNION ALL
    SELECT 'products', 'sku', product.business_id, NULL, normalize(product.sku, NFC), NULL, count(*)
    FROM tallystick.products AS product
    GROUP BY product.business_id, normalize(product.sku, NFC)
    UNION ALL
    SELECT 'product_versions', 'product_id and version_no', version.business_id, version.product_id, version.version_no::text,
           NULL, count(*)
    FROM tallystick.product_versions AS version
    GROUP BY version.business_id, version.product_id, version.version_no
    UNION ALL
    SELECT 'stock_movements', 'id', movement.business_id, movement.id, NULL, NULL, count(*)
    FROM tallystick.stock_movements AS movement
    GROUP BY movement.business_id, movement.id
    UNION ALL
    SELECT 'orders', 'id', placed.business_id, placed.id, NULL, NULL, count(*)
    FROM tallystick.orders AS placed
    GROUP BY placed.business_id, placed.id
    UNION ALL
    SELECT 'order_items', 'order_id and line_no', item.business_id, item.order_id, NULL, item.line_no, count(*)
    FROM tallystick.order_items AS item
    GROUP BY item.business_id, item.order_id, item.line_no
    UNION ALL
    SELECT 'credit_ledger', 'id', entry.business_id, entry.id, NULL, NULL, count(*)
    FROM tallystick.credit_ledger AS entry
    GROUP BY entry.business_id, entry.id
    UNION ALL
    SELECT 'returns', 'id', returned.business_id, returned.id, NULL, NULL, count(*)
    FROM tallystick.returns AS returned
    GROUP BY returned.business_id, returned.id
    UNION ALL
    SELECT 'return_items', 'return_id and line_no', item.business_id, item.return_id, NULL, item.line_no, count(*)
    FROM tallystick.return_items AS item
    GROUP BY item.business_id, item.return_id, item.line_no
    UNION ALL
    SELECT 'api_keys', 'id', api_key.business_id, api_key.id, NULL, NULL, count(*)
    FROM tallystick.api_keys AS api_key
    GROUP BY api_key.business_id, api_key.id
    UNION ALL
    SELECT 'api_keys', 'prefix', api_key.business_id, NULL, api_key.prefix, NULL, count(*)
    FROM tallystick.api_keys AS api_key
    GROUP BY api_key.business_id, api_key.prefix
) AS named

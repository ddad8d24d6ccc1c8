-- References
-- Every customer that an order, a return or a ledger entry names, every product that a stock movement or a version names, and every version
-- of a product that an order line names exists in the same business.
--
-- No foreign key ties lines to orders and to versions, nor orders to customers. order_totals.sql proves that lines have their
-- order and orders have lines, orders_and_ledger.sql that orders have their ledger entry. returns.sql and return_lines.sql prove what returns and their lines name.
SELECT
    named.business_id,
    named.number AS rows_checked,
    CASE
        WHEN known.id IS NULL THEN format('the %s of %s rows does not exist in the business', named.kind, named.number)
        WHEN named.is_versioned AND version.version_no IS NULL
            THEN format('the version of the product of %s rows does not exist', named.number)
    END AS wrong,
    named."table",
    CASE named.kind WHEN 'customer' THEN named.id END AS customer_id,
    CASE named.kind WHEN 'product' THEN named.id END AS product_id,
    named.version_no AS product_version
FROM (
    SELECT
        'orders' AS "table", 'customer' AS kind, placed.business_id, placed.customer_id AS id, false AS is_versioned,
        NULL::integer AS version_no, count(*) AS number
    FROM tallystick.orders AS placed GROUP BY placed.business_id, placed.customer_id
    UNION ALL
    SELECT 'returns', 'customer', returned.business_id, returned.customer_id, false, NULL, count(*)
    FROM tallystick.returns AS returned GROUP BY returned.business_id, returned.customer_id
    UNION ALL
    SELECT 'credit_ledger', 'customer', entry.business_id, entry.customer_id, false, NULL, count(*)
    FROM tallystick.credit_ledger AS entry GROUP BY entry.business_id, entry.customer_id
    UNION ALL
    SELECT 'order_items', 'product', item.business_id, item.product_id, true, item.product_version, count(*)
    FROM tallystick.order_items AS item GROUP BY item.business_id, item.product_id, item.product_version
    UNION ALL
    SELECT 'product_versions', 'product', version.business_id, version.product_id, false, NULL, count(*)
    FROM tallystick.product_versions AS version GROUP BY version.business_id, version.product_id
    UNION ALL
    SELECT 'stock_movements', 'product', movement.business_id, movement.product_id, false, NULL, count(*)
    FROM tallystick.stock_movements AS movement GROUP BY movement.business_id, movement.product_id
) AS named
-- DISTINCT, because a primary key may be missing: a row that is there twice must not double the counts.
LEFT JOIN (
    SELECT DISTINCT 'customer' AS kind, customer.business_id, customer.id FROM tallystick.customers AS customer
    UNION ALL
    SELECT DISTINCT 'product', product.business_id, product.id FROM tallystick.products AS product
) AS known ON known.kind = named.kind AND known.business_id = named.business_id AND known.id = named.id
LEFT JOIN (
    SELECT DISTINCT version.business_id, version.product_id, version.version_no
    FROM tallystick.product_versions AS version
) AS version
    ON version.business_id = named.business_id AND version.product_id = named.id AND version.version_no = named.version_no

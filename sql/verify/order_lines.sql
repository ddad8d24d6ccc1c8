-- Order lines
-- Every line's total is its quantity times its unit price, rounded half up to whole minor units, less its discount and with its
-- tax. All of it is in its range. All or nothing of the quantity was taken from the stock. It counts in the decimals of its
-- product's version.
--
-- references.sql proves that the version exists.
SELECT
    item.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN item.decimals BETWEEN 0 AND 3 AND item.line_total IS DISTINCT FROM computed.line_total
            THEN format('line_total should be %s', computed.line_total) END,
        CASE WHEN item.line_total < coalesce(item.tax, 0) THEN 'the discount is more than the price' END,
        CASE WHEN (item.quantity BETWEEN 1 AND 2147483647) IS NOT TRUE
            THEN 'the quantity is not 1 to 2147483647' END,
        CASE WHEN (item.decimals BETWEEN 0 AND 3) IS NOT TRUE THEN 'the decimals are not 0 to 3'
             WHEN item.decimals <> version.decimals
            THEN format('it counts in %s decimals, but its product in %s', item.decimals, version.decimals) END,
        CASE WHEN (item.stock_taken = 0 OR item.stock_taken = item.quantity) IS NOT TRUE
            THEN 'stock_taken is neither 0 nor the quantity' END,
        CASE WHEN (item.unit_price BETWEEN 0 AND 9007199254740991) IS NOT TRUE
            THEN 'the unit price is not safe money' END,
        CASE WHEN item.list_price NOT BETWEEN 0 AND 9007199254740991 THEN 'the list price is not safe money' END,
        CASE WHEN item.discount NOT BETWEEN 0 AND 9007199254740991 THEN 'the discount is not safe money' END,
        CASE WHEN item.tax NOT BETWEEN 0 AND 9007199254740991 THEN 'the tax is not safe money' END
    ), '') AS wrong,
    item.order_id,
    item.line_no,
    item.quantity,
    item.unit_price,
    item.line_total
FROM tallystick.order_items AS item
CROSS JOIN LATERAL (
    SELECT CASE item.decimals
        WHEN 0 THEN item.quantity::numeric * item.unit_price
        WHEN 1 THEN div(item.quantity::numeric * item.unit_price + 5, 10)
        WHEN 2 THEN div(item.quantity::numeric * item.unit_price + 50, 100)
        WHEN 3 THEN div(item.quantity::numeric * item.unit_price + 500, 1000)
    END - coalesce(item.discount, 0) + coalesce(item.tax, 0) AS line_total
) AS computed
LEFT JOIN (
    -- Grouped, because the primary key may be missing: a version that is there twice must not double the counts.
    SELECT version.business_id, version.product_id, version.version_no, min(version.quantity_decimals) AS decimals
    FROM tallystick.product_versions AS version
    GROUP BY version.business_id, version.product_id, version.version_no
) AS version
    ON version.business_id = item.business_id AND version.product_id = item.product_id
    AND version.version_no = item.product_version

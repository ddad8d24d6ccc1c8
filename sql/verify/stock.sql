-- Stock
-- Every product's stock is the sum of its movements minus what was sold, and not below zero. It was opened at most once.
SELECT
    product.business_id,
    1 + coalesce(moved.movements, 0) + coalesce(sold.lines, 0) AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN product.stock IS DISTINCT FROM coalesce(moved.quantity, 0) - coalesce(sold.quantity, 0)
            THEN format('stock is %s, but movements of %s less %s sold is %s', product.stock, coalesce(moved.quantity, 0),
                        coalesce(sold.quantity, 0), coalesce(moved.quantity, 0) - coalesce(sold.quantity, 0)) END,
        CASE WHEN (product.stock BETWEEN 0 AND 9007199254740991) IS NOT TRUE
            THEN 'stock is not 0 to 9007199254740991' END,
        CASE WHEN moved.openings > 1 THEN format('stock was opened %s times', moved.openings) END
    ), '') AS wrong,
    product.id AS product_id,
    product.sku
FROM tallystick.products AS product
LEFT JOIN (
    SELECT movement.business_id, movement.product_id, count(*) AS movements, sum(movement.quantity) AS quantity,
           count(*) FILTER (WHERE movement.kind = 'opening') AS openings
    FROM tallystick.stock_movements AS movement
    GROUP BY movement.business_id, movement.product_id
) AS moved ON moved.business_id = product.business_id AND moved.product_id = product.id
LEFT JOIN (
    SELECT item.business_id, item.product_id, count(*) AS lines, sum(item.quantity) AS quantity
    FROM tallystick.order_items AS item
    GROUP BY item.business_id, item.product_id
) AS sold ON sold.business_id = product.business_id AND sold.product_id = product.id

-- Stock
-- Every product's stock, less what is backordered, is the sum of its movements minus what sales took, plus what returns brought back. Both are at least zero and
-- one of them is zero, and no more is backordered than may be. A service has neither. Stock was opened at most once.
SELECT
    product.business_id,
    1 + coalesce(moved.movements, 0) + coalesce(sold.lines, 0) + coalesce(returned.lines, 0) AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN product.stock::numeric - product.backordered
                IS DISTINCT FROM coalesce(moved.quantity, 0) - coalesce(sold.quantity, 0) + coalesce(returned.quantity, 0)
            THEN format('stock is %s less %s backordered, but movements of %s less %s sold and with %s returned is %s', product.stock,
                        product.backordered, coalesce(moved.quantity, 0), coalesce(sold.quantity, 0),
                        coalesce(returned.quantity, 0),
                        coalesce(moved.quantity, 0) - coalesce(sold.quantity, 0) + coalesce(returned.quantity, 0)) END,
        CASE WHEN (product.stock BETWEEN 0 AND 9007199254740991) IS NOT TRUE
            THEN 'stock is not 0 to 9007199254740991' END,
        CASE WHEN (product.backorder_limit BETWEEN 0 AND 9007199254740991) IS NOT TRUE
            THEN 'backorder_limit is not 0 to 9007199254740991' END,
        CASE WHEN (product.backordered BETWEEN 0 AND product.backorder_limit) IS NOT TRUE
            THEN 'backordered is not 0 to backorder_limit' END,
        CASE WHEN product.stock <> 0 AND product.backordered <> 0 THEN 'something is backordered while there is stock' END,
        CASE WHEN (product.track_stock OR (product.stock = 0 AND product.backorder_limit = 0)) IS NOT TRUE
            THEN 'a service has stock' END,
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
    SELECT item.business_id, item.product_id, count(*) AS lines, sum(item.stock_taken) AS quantity
    FROM tallystick.order_items AS item
    GROUP BY item.business_id, item.product_id
) AS sold ON sold.business_id = product.business_id AND sold.product_id = product.id
LEFT JOIN (
    SELECT item.business_id, item.product_id, count(*) AS lines, sum(item.restocked) AS quantity
    FROM tallystick.return_items AS item
    GROUP BY item.business_id, item.product_id
) AS returned ON returned.business_id = product.business_id AND returned.product_id = product.id

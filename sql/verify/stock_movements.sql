-- Stock movements
-- Every movement is an opening, which starts from zero, or an adjustment, which has an idempotency key. It has a quantity
-- other than zero, a reason, and who asked for it. Stock and what is backordered after it are within their range, and one of them
-- is zero. What takes from the stock leaves nothing backordered.
SELECT
    movement.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE movement.kind
            WHEN 'opening' THEN
                CASE WHEN (movement.quantity > 0 AND movement.stock_after = movement.quantity
                           AND movement.backordered_after = 0 AND movement.idempotency_key IS NULL) IS NOT TRUE
                    THEN 'an opening is positive, is all the stock there is, and has no idempotency key' END
            WHEN 'adjustment' THEN
                CASE WHEN movement.idempotency_key IS NULL THEN 'an adjustment has an idempotency key' END
            ELSE 'the kind is not known'
        END,
        CASE WHEN (movement.quantity <> 0) IS NOT TRUE THEN 'it changes nothing' END,
        CASE WHEN (movement.stock_after BETWEEN 0 AND 9007199254740991) IS NOT TRUE
            THEN 'stock_after is not 0 to 9007199254740991' END,
        CASE WHEN (movement.backordered_after BETWEEN 0 AND 9007199254740991) IS NOT TRUE
            THEN 'backordered_after is not 0 to 9007199254740991' END,
        CASE WHEN movement.stock_after <> 0 AND movement.backordered_after <> 0
            THEN 'something is backordered while there is stock' END,
        CASE WHEN movement.quantity < 0 AND movement.backordered_after <> 0
            THEN 'it took what was not there' END,
        CASE WHEN (char_length(movement.reason) BETWEEN 1 AND 500) IS NOT TRUE THEN 'the reason is not short text' END,
        CASE WHEN (char_length(movement.actor) BETWEEN 1 AND 300) IS NOT TRUE THEN 'it does not say who asked for it' END
    ), '') AS wrong,
    movement.id,
    movement.product_id,
    movement.kind,
    movement.quantity,
    movement.stock_after,
    movement.backordered_after
FROM tallystick.stock_movements AS movement

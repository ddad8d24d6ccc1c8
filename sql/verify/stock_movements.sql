-- Stock movements
-- Every movement is an opening, which starts from zero, or an adjustment, which has an idempotency key. It has a quantity
-- other than zero and a reason, and the stock after it is within its range.
SELECT
    movement.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE movement.kind
            WHEN 'opening' THEN
                CASE WHEN (movement.quantity > 0 AND movement.stock_after = movement.quantity
                           AND movement.idempotency_key IS NULL) IS NOT TRUE
                    THEN 'an opening is positive, is all the stock there is, and has no idempotency key' END
            WHEN 'adjustment' THEN
                CASE WHEN movement.idempotency_key IS NULL THEN 'an adjustment has an idempotency key' END
            ELSE 'the kind is not known'
        END,
        CASE WHEN (movement.quantity <> 0) IS NOT TRUE THEN 'it changes nothing' END,
        CASE WHEN (movement.stock_after BETWEEN 0 AND 9007199254740991) IS NOT TRUE
            THEN 'stock_after is not 0 to 9007199254740991' END,
        CASE WHEN (char_length(movement.reason) BETWEEN 1 AND 500) IS NOT TRUE THEN 'the reason is not short text' END,
        CASE WHEN movement.created_at IS NULL THEN 'it has no time' END
    ), '') AS wrong,
    movement.id,
    movement.product_id,
    movement.kind,
    movement.quantity,
    movement.stock_after
FROM tallystick.stock_movements AS movement

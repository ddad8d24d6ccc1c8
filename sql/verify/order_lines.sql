-- Order lines
-- Every line's total is its quantity times its unit price, both in their range.
SELECT
    item.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN item.line_total IS DISTINCT FROM item.quantity::numeric * item.unit_price
            THEN format('line_total should be %s', item.quantity::numeric * item.unit_price) END,
        CASE WHEN (item.quantity BETWEEN 1 AND 2147483647) IS NOT TRUE
            THEN 'the quantity is not 1 to 2147483647' END,
        CASE WHEN (item.unit_price BETWEEN 0 AND 9007199254740991) IS NOT TRUE
            THEN 'the unit price is not safe money' END
    ), '') AS wrong,
    item.order_id,
    item.line_no,
    item.quantity,
    item.unit_price,
    item.line_total
FROM tallystick.order_items AS item

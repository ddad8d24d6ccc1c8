-- Order totals
-- Every order has 1 to 500 lines, numbered 1, 2, 3 … without a gap. They add up to its total, which is within the range of
-- money. Every line has its order.
SELECT
    coalesce(placed.business_id, lines.business_id) AS business_id,
    (placed.id IS NOT NULL)::integer + coalesce(lines.number, 0) AS rows_checked,
    CASE
        WHEN placed.id IS NULL THEN 'the lines have no order'
        WHEN lines.order_id IS NULL THEN 'the order has no lines'
        ELSE nullif(concat_ws('; ',
            CASE WHEN placed.total IS DISTINCT FROM lines.total
                THEN format('total is %s, but the lines add up to %s', placed.total, lines.total) END,
            CASE WHEN (placed.total BETWEEN 0 AND 9007199254740991) IS NOT TRUE THEN 'the total is not safe money' END,
            -- identities.sql proves that no number is there twice.
            CASE WHEN (lines.first = 1 AND lines.last = lines.number) IS NOT TRUE
                THEN format('%s lines are numbered from %s to %s', lines.number, lines.first, lines.last) END,
            CASE WHEN lines.number > 500 THEN 'an order has at most 500 lines' END,
            CASE WHEN placed.first_line_no IS DISTINCT FROM 1 THEN 'first_line_no is not derived' END), '')
    END AS wrong,
    coalesce(placed.id, lines.order_id) AS order_id,
    placed.total,
    lines.total AS lines_total
FROM tallystick.orders AS placed
FULL JOIN (
    SELECT
        item.business_id, item.order_id, count(*) AS number, min(item.line_no) AS first, max(item.line_no) AS last,
        sum(item.line_total) AS total
    FROM tallystick.order_items AS item
    GROUP BY item.business_id, item.order_id
) AS lines ON lines.business_id = placed.business_id AND lines.order_id = placed.id

-- Return lines
-- What came back of every order line is numbered 1, 2, 3 … without a gap. Each part begins where the one before it ended, has a
-- quantity, and ends with at most what was bought; no more of it went into the stock, and nothing of what was not taken from the
-- stock. A part is one of the line of its return's order, with the product and the quantity of that line. Of the line's tax, and of
-- the rest of its total, it credits what is due for all that came back so far, in whole minor units, less what was credited before.
--
-- returns.sql proves that lines have their return, and references.sql that products exist.
SELECT
    item.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN item.part_no IS DISTINCT FROM item.former_no::numeric + 1
            THEN format('part_no should be %s', item.former_no::numeric + 1) END,
        CASE WHEN item.returned_before IS DISTINCT FROM item.former_returned
            THEN format('returned_before should be %s, which the part before it left', item.former_returned) END,
        CASE WHEN item.returned_after IS DISTINCT FROM item.returned_before::numeric + item.quantity
            THEN format('returned_after should be %s', item.returned_before::numeric + item.quantity) END,
        CASE WHEN (item.quantity >= 1) IS NOT TRUE THEN 'nothing came back' END,
        CASE WHEN (item.returned_after <= item.bought) IS NOT TRUE THEN 'more came back than was bought' END,
        CASE WHEN (item.restocked >= 0 AND item.restocked <= item.quantity) IS NOT TRUE
            THEN 'it restocks more than came back, or less than nothing' END,
        CASE WHEN item.order_id IS DISTINCT FROM returned.order_id THEN format('its return is of order %s', returned.order_id) END,
        CASE WHEN bought.quantity IS NULL THEN 'the order has no such line'
             ELSE nullif(concat_ws('; ',
                CASE WHEN (item.product_id, item.bought) IS DISTINCT FROM (bought.product_id, bought.quantity)
                    THEN format('it says %s of product %s, but %s of product %s were bought', item.bought, item.product_id,
                                bought.quantity, bought.product_id) END,
                CASE WHEN item.restocked > bought.stock_taken THEN 'it restocks what was not taken from the stock' END,
                CASE WHEN item.tax IS DISTINCT FROM price.tax THEN format('tax should be %s', coalesce(price.tax::text, 'null')) END,
                CASE WHEN item.line_total IS DISTINCT FROM price.line_total
                    THEN format('line_total should be %s', price.line_total) END), '')
        END
    ), '') AS wrong,
    item.return_id,
    item.order_id,
    item.line_no,
    item.part_no,
    item.quantity,
    item.line_total
FROM (
    SELECT
        held.*,
        lag(held.part_no, 1, 0::bigint) OVER chain AS former_no,
        lag(held.returned_after, 1, 0::bigint) OVER chain AS former_returned
    FROM tallystick.return_items AS held
    WINDOW chain AS (PARTITION BY held.business_id, held.order_id, held.line_no ORDER BY held.part_no)
) AS item
LEFT JOIN (
    -- Grouped, because the primary key may be missing: what is there twice must not double the counts.
    SELECT returned.business_id, returned.id, min(returned.order_id::text)::uuid AS order_id
    FROM tallystick.returns AS returned
    GROUP BY returned.business_id, returned.id
) AS returned ON returned.business_id = item.business_id AND returned.id = item.return_id
LEFT JOIN (
    SELECT DISTINCT ON (line.business_id, line.order_id, line.line_no)
        line.business_id, line.order_id, line.line_no, line.product_id, line.quantity, line.stock_taken,
        coalesce(line.tax, 0)::numeric AS tax_part, line.line_total::numeric - coalesce(line.tax, 0) AS net_part, line.tax
    FROM tallystick.order_items AS line
    ORDER BY line.business_id, line.order_id, line.line_no
) AS bought ON bought.business_id = item.business_id AND bought.order_id = item.order_id AND bought.line_no = item.line_no
CROSS JOIN LATERAL (
    -- A damaged quantity of 0 is a finding of order_lines.sql, and no error here.
    SELECT CASE WHEN bought.tax IS NOT NULL THEN due.tax END AS tax, due.tax + due.net AS line_total
    FROM (
        SELECT div(bought.tax_part * item.returned_after, nullif(bought.quantity, 0))
                   - div(bought.tax_part * item.returned_before, nullif(bought.quantity, 0)) AS tax,
               div(bought.net_part * item.returned_after, nullif(bought.quantity, 0))
                   - div(bought.net_part * item.returned_before, nullif(bought.quantity, 0)) AS net
    ) AS due
) AS price

-- Ledger details
-- The ledger entry of every order has the digest of the order's lines: number, product and version, quantity, prices, discount,
-- tax, what was taken from the stock, and total. So no line was changed, exchanged, added or removed. An entry without details
-- has the digest of none.
SELECT
    entry.business_id,
    1 + coalesce(lines.number, 0) AS rows_checked,
    CASE WHEN entry.details_digest IS DISTINCT FROM coalesce(lines.digest, sha256('\x01'))
        THEN CASE WHEN lines.number IS NULL THEN 'the digest is of details that are not there'
                  ELSE 'the lines are not those of the digest' END
    END AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.kind
FROM tallystick.credit_ledger AS entry
LEFT JOIN (
    SELECT
        item.business_id, item.order_id, count(*) AS number,
        sha256('\x01'::bytea || string_agg(
            int4send(item.line_no) || uuid_send(item.product_id) || int4send(item.product_version)
            || int8send(item.quantity) || int4send(item.decimals) || int8send(item.unit_price)
            || int8send(coalesce(item.list_price, -1)) || int8send(coalesce(item.discount, -1))
            || int8send(coalesce(item.tax, -1)) || int8send(item.stock_taken) || int8send(item.line_total),
            ''::bytea ORDER BY item.line_no)) AS digest
    FROM tallystick.order_items AS item
    GROUP BY item.business_id, item.order_id
) AS lines ON lines.business_id = entry.business_id AND lines.order_id = entry.id AND entry.kind = 'purchase'

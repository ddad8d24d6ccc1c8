-- Ledger details
-- The ledger entry of every order has the digest of the order's lines: number, product and version, quantity, prices, discount,
-- tax, what was taken from the stock, and total. The entry of a return has the digest of its order and its lines, and then of what
-- it settles. Any other entry that allocates has the digest of its parts: charges and amounts. So no line and no part was changed,
-- exchanged, added or removed. An entry without any of these has the digest of nothing.
SELECT
    entry.business_id,
    1 + coalesce(details.number, 0) AS rows_checked,
    CASE WHEN entry.details_digest IS DISTINCT FROM sha256(details.bytes)
        THEN CASE WHEN details.number IS NULL THEN 'the digest is of details that are not there'
                  WHEN entry.kind = 'purchase' THEN 'the lines are not those of the digest'
                  WHEN entry.kind = 'return' THEN 'the lines and what it settles are not those of the digest'
                  ELSE 'what it allocates is not that of the digest' END
    END AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.kind
FROM tallystick.credit_ledger AS entry
LEFT JOIN (
    SELECT
        item.business_id, item.order_id, count(*) AS number,
        string_agg(
            int4send(item.line_no) || uuid_send(item.product_id) || int4send(item.product_version)
            || int8send(item.quantity) || int4send(item.decimals) || int8send(item.unit_price)
            || int8send(coalesce(item.list_price, -1)) || int8send(coalesce(item.discount, -1))
            || int8send(coalesce(item.tax, -1)) || int8send(item.stock_taken) || int8send(item.line_total),
            ''::bytea ORDER BY item.line_no) AS bytes
    FROM tallystick.order_items AS item
    GROUP BY item.business_id, item.order_id
) AS lines ON lines.business_id = entry.business_id AND lines.order_id = entry.id AND entry.kind = 'purchase'
LEFT JOIN (
    SELECT
        item.business_id, item.return_id, count(*) AS number,
        int4send(count(*)::integer) || string_agg(
            int4send(item.line_no) || int8send(item.part_no) || uuid_send(item.product_id) || int8send(item.quantity)
            || int8send(item.restocked) || int8send(item.returned_after) || int8send(item.line_total)
            || int8send(coalesce(item.tax, -1)),
            ''::bytea ORDER BY item.line_no) AS bytes
    FROM tallystick.return_items AS item
    GROUP BY item.business_id, item.return_id
) AS returned_lines
    ON returned_lines.business_id = entry.business_id AND returned_lines.return_id = entry.id AND entry.kind = 'return'
LEFT JOIN (
    SELECT returned.business_id, returned.id, uuid_send(min(returned.order_id::text)::uuid) AS bytes
    FROM tallystick.returns AS returned
    GROUP BY returned.business_id, returned.id
) AS returned ON returned.business_id = entry.business_id AND returned.id = entry.id AND entry.kind = 'return'
LEFT JOIN (
    SELECT
        part.business_id, part.customer_id, part.entry_no, count(*) AS number,
        string_agg(int8send(part.charge_no) || int8send(part.amount), ''::bytea ORDER BY part.charge_no) AS bytes
    FROM tallystick.allocations AS part
    GROUP BY part.business_id, part.customer_id, part.entry_no
) AS parts
    ON parts.business_id = entry.business_id AND parts.customer_id = entry.customer_id AND parts.entry_no = entry.entry_no
    AND entry.kind IS DISTINCT FROM 'purchase'
CROSS JOIN LATERAL (
    -- What is not there adds nothing.
    SELECT coalesce(lines.number, returned_lines.number + coalesce(parts.number, 0), parts.number) AS number,
           '\x01'::bytea || coalesce(lines.bytes, '') || coalesce(returned.bytes, '') || coalesce(returned_lines.bytes, '')
               || coalesce(parts.bytes, '') AS bytes
) AS details

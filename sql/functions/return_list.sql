-- Purpose: a business's returns, newest first, before p_before if it is given; with p_order_id only those of that order, with
-- p_customer_id only that customer's. At most 200 returns and one more, which tells whether there is a next page.
--
-- The returns of a page have at most 2,000 lines. The first one for which there is no room comes without its lines: the list goes on
-- with that one. A return has at most 500 lines, so there is room for four. Which one it is, is looked up first, so that no line is
-- read in vain. Each return is told as return_read tells it, but all of a page by one statement.
--
-- Caller: db::returns.
CREATE OR REPLACE FUNCTION tallystick.return_list(
    p_business_id uuid, p_order_id uuid, p_customer_id uuid, p_before uuid, p_limit integer
) RETURNS SETOF tallystick.return_answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
AS $$
DECLARE
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_returns tallystick.returns[];
    v_no_room_for uuid;
BEGIN
    -- Rows are compared, because only the index of that order has it.
    IF p_order_id IS NOT NULL THEN
        v_returns := ARRAY(
            SELECT returned FROM tallystick.returns AS returned
            WHERE returned.business_id = p_business_id AND returned.order_id >= p_order_id
              AND (returned.order_id, returned.id) < (p_order_id, v_before)
              -- All returns of an order are one customer's.
              AND (p_customer_id IS NULL OR returned.customer_id = p_customer_id)
            ORDER BY returned.order_id DESC, returned.id DESC
            LIMIT least(p_limit, 201));
    ELSIF p_customer_id IS NOT NULL THEN
        v_returns := ARRAY(
            SELECT returned FROM tallystick.returns AS returned
            WHERE returned.business_id = p_business_id AND returned.customer_id >= p_customer_id
              AND (returned.customer_id, returned.id) < (p_customer_id, v_before)
            ORDER BY returned.customer_id DESC, returned.id DESC
            LIMIT least(p_limit, 201));
    ELSE
        v_returns := ARRAY(
            SELECT returned FROM tallystick.returns AS returned
            WHERE returned.business_id = p_business_id AND returned.id < v_before
            ORDER BY returned.id DESC
            LIMIT least(p_limit, 201));
    END IF;
    -- The return that the 2,001st line belongs to. The look-ups keep the order of the array.
    SELECT line.return_id INTO v_no_room_for
    FROM unnest(v_returns) AS listed
    CROSS JOIN LATERAL (
        SELECT item.return_id FROM tallystick.return_items AS item
        WHERE item.business_id = p_business_id AND item.return_id BETWEEN listed.id AND listed.id
        ORDER BY item.return_id, item.line_no
    ) AS line
    OFFSET 2000
    LIMIT 1;

    RETURN QUERY
    SELECT NULL::text, page.id, page.order_id, page.customer_id, page.total, entry.balance_after, coalesce(settled.amount, 0),
           entry.reason::text, page.created_at, entry.entry_no, entry.entry_hash,
           lines.line_nos, lines.product_ids, lines.quantities, lines.quantity_decimals, lines.restocked, lines.line_totals,
           lines.taxes, NULL::bigint[], NULL::bigint[]
    FROM unnest(v_returns) AS page
    CROSS JOIN LATERAL (
        SELECT credit.balance_after, credit.reason, credit.entry_no, credit.entry_hash
        FROM tallystick.credit_ledger AS credit
        WHERE credit.business_id = p_business_id AND credit.id BETWEEN page.id AND page.id
        ORDER BY credit.id
        LIMIT 1
    ) AS entry
    LEFT JOIN LATERAL (
        SELECT part.amount
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_business_id AND part.customer_id = page.customer_id
          AND part.entry_no BETWEEN entry.entry_no AND entry.entry_no
        ORDER BY part.entry_no, part.charge_no
        LIMIT 1
    ) AS settled ON true
    CROSS JOIN LATERAL (
        SELECT array_agg(item.line_no) AS line_nos, array_agg(item.product_id) AS product_ids,
               array_agg(item.quantity) AS quantities, array_agg(bought.decimals) AS quantity_decimals,
               array_agg(item.restocked) AS restocked, array_agg(item.line_total) AS line_totals, array_agg(item.tax) AS taxes
        FROM (
            SELECT line.* FROM tallystick.return_items AS line
            WHERE (page.id = v_no_room_for) IS NOT TRUE
              AND line.business_id = p_business_id AND line.return_id BETWEEN page.id AND page.id
            -- In the order of the key: so no aggregate sorts for itself.
            ORDER BY line.return_id, line.line_no
        ) AS item
        CROSS JOIN LATERAL (
            SELECT line.decimals FROM tallystick.order_items AS line
            WHERE line.business_id = p_business_id AND line.order_id = page.order_id
              AND line.line_no BETWEEN item.line_no AND item.line_no
            ORDER BY line.line_no
            LIMIT 1
        ) AS bought
    ) AS lines
    -- Newest first: what comes after the one without room is older.
    WHERE (page.id < v_no_room_for) IS NOT TRUE;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.return_list TO tallystick_app;

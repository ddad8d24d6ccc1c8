-- Purpose: a business's orders, newest first, before p_before if it is given; with p_customer_id only that customer's.
-- At most 200 orders and one more, which tells whether there is a next page.
--
-- The orders of a page have at most 2,000 lines. What their last lines are numbered is looked up first, so that no line is read
-- in vain. The first order for which there is no room comes without its lines: the list goes on with that one. An order has
-- at most 500 lines, so there is room for four. What the products were called is left to order_get: it would be 2,000 look-ups.
--
-- Caller: db::orders.
CREATE OR REPLACE FUNCTION tallystick.order_list(
    p_business_id uuid, p_customer_id uuid, p_before uuid, p_limit integer
) RETURNS SETOF tallystick.order_records
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
    v_orders tallystick.orders[];
BEGIN
    IF p_customer_id IS NULL THEN
        v_orders := ARRAY(
            SELECT placed FROM tallystick.orders AS placed
            WHERE placed.business_id = p_business_id AND placed.id < v_before
            ORDER BY placed.id DESC
            LIMIT least(p_limit, 201));
    ELSE
        -- Rows are compared, because only the index of the customers' orders has their order.
        v_orders := ARRAY(
            SELECT placed FROM tallystick.orders AS placed
            WHERE placed.business_id = p_business_id AND placed.customer_id >= p_customer_id
              AND (placed.customer_id, placed.id) < (p_customer_id, v_before)
            ORDER BY placed.customer_id DESC, placed.id DESC
            LIMIT least(p_limit, 201));
    END IF;

    -- The columns of order_records. The view would look up the orders again.
    RETURN QUERY
    SELECT page.business_id, page.id, page.customer_id, page.total, entry.balance_after, page.created_at,
           lines.product_ids, lines.quantities, lines.unit_prices, entry.due_at, entry.entry_no, entry.entry_hash,
           lines.quantity_decimals, lines.list_prices, lines.discounts, lines.taxes, lines.line_totals,
           NULL::text[], NULL::text[], NULL::text[], entry.due_date
    FROM (
        SELECT listed.*, last.line_no AS lines, sum(last.line_no) OVER (ORDER BY listed.ordinality) AS lines_so_far
        FROM unnest(v_orders) WITH ORDINALITY AS listed
        CROSS JOIN LATERAL (
            SELECT item.line_no FROM tallystick.order_items AS item
            WHERE item.business_id = p_business_id AND item.order_id = listed.id
            ORDER BY item.line_no DESC
            LIMIT 1
        ) AS last
    ) AS page
    CROSS JOIN LATERAL (
        SELECT charge.balance_after, charge.due_at, charge.entry_no, charge.entry_hash, charge.due_date
        FROM tallystick.credit_ledger AS charge
        WHERE charge.business_id = p_business_id AND charge.id BETWEEN page.id AND page.id
        ORDER BY charge.id
        LIMIT 1
    ) AS entry
    CROSS JOIN LATERAL (
        SELECT
            array_agg(item.product_id) AS product_ids,
            array_agg(item.quantity) AS quantities,
            array_agg(item.unit_price) AS unit_prices,
            array_agg(item.decimals) AS quantity_decimals,
            array_agg(item.list_price) AS list_prices,
            array_agg(item.discount) AS discounts,
            array_agg(item.tax) AS taxes,
            array_agg(item.line_total) AS line_totals
        FROM (
            SELECT line.* FROM tallystick.order_items AS line
            WHERE page.lines_so_far <= 2000 AND line.business_id = p_business_id AND line.order_id = page.id
            -- In the order of the primary key: so no aggregate sorts for itself.
            ORDER BY line.line_no
        ) AS item
    ) AS lines
    WHERE page.lines_so_far - page.lines <= 2000
    ORDER BY page.ordinality;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.order_list TO tallystick_app;

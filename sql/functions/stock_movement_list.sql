-- Purpose: what changed a product's stock, newest first, before the place (p_before, p_before_line) if it is given: its stock
-- movements, and with p_with_sales also the lines of orders that took from the stock, with negative quantities, and those of returns
-- that went back into it. The id is that of the movement, of the order or of the return. At most 200 rows and one more, which tells
-- whether there is a next page. A movement has no line: its line_no is 0.
--
-- Order lines have no index by product, which every purchase would have to pay for. So the lines of the business are walked
-- backwards. A page looks at 20,000 lines of orders and 20,000 of returns at most, and at none after 100 ms, in parts of 2,000; one
-- part is always looked at. If the page ends there, short of p_limit, a last row without a kind has the place of the last line
-- looked at: the list goes on before that.
-- No row: no such product. One row of NULLs: a product without (such) movements.
-- Locks: none.
-- Caller: db::stock_movements.
CREATE OR REPLACE FUNCTION tallystick.stock_movement_list(
    p_business_id uuid, p_product_id uuid, p_before uuid, p_before_line integer, p_limit integer, p_with_sales boolean
) RETURNS TABLE (
    id uuid, line_no integer, kind text, quantity bigint, reason text, stock_after bigint, backordered_after bigint,
    created_at timestamptz, order_id uuid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
-- Sales and movements are sorted together. What that is assumed to cost, switched off, would compile the plan.
SET jit = off
AS $$
DECLARE
    v_end timestamptz := clock_timestamp() + interval '100 milliseconds';
    -- Where this part begins, and the last line that it looks at.
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_before_line integer := coalesce(p_before_line, 0);
    v_last record;
    v_last_returned record;
    v_missing bigint := least(p_limit, 201);
    v_found bigint := 0;
    v_any boolean := false;
    v_lines tallystick.order_items[];
    v_returned tallystick.return_items[];
BEGIN
    PERFORM FROM tallystick.products AS product
    WHERE product.business_id = p_business_id AND product.id BETWEEN p_product_id AND p_product_id
    ORDER BY product.id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF p_with_sales IS NOT TRUE THEN
        RETURN QUERY
        SELECT movement.id, 0, movement.kind, movement.quantity, movement.reason::text, movement.stock_after,
               movement.backordered_after, movement.created_at, NULL::uuid
        FROM tallystick.stock_movements AS movement
        -- Rows are compared, because only the index of the products' movements has their order.
        WHERE movement.business_id = p_business_id AND movement.product_id >= p_product_id
          AND (movement.product_id, movement.id) < (p_product_id, v_before)
        ORDER BY movement.product_id DESC, movement.id DESC
        LIMIT v_missing;
        IF NOT FOUND THEN
            RETURN NEXT;
        END IF;
        RETURN;
    END IF;

    FOR v_part IN 1..10 LOOP
        SELECT line.order_id, line.line_no INTO v_last
        FROM tallystick.order_items AS line
        WHERE line.business_id = p_business_id AND (line.order_id, line.line_no) < (v_before, v_before_line)
        ORDER BY line.order_id DESC, line.line_no DESC
        OFFSET 1999
        LIMIT 1;
        IF NOT FOUND THEN
            SELECT '00000000-0000-0000-0000-000000000000'::uuid AS order_id, 0 AS line_no INTO v_last;
        END IF;
        -- A part ends where the lines of returns fill it, if that is earlier.
        SELECT line.return_id, line.line_no INTO v_last_returned
        FROM tallystick.return_items AS line
        WHERE line.business_id = p_business_id AND (line.return_id, line.line_no) < (v_before, v_before_line)
        ORDER BY line.return_id DESC, line.line_no DESC
        OFFSET 1999
        LIMIT 1;
        IF (v_last_returned.return_id, v_last_returned.line_no) > (v_last.order_id, v_last.line_no) THEN
            v_last.order_id := v_last_returned.return_id;
            v_last.line_no := v_last_returned.line_no;
        END IF;
        v_lines := ARRAY(
            SELECT line
            FROM tallystick.order_items AS line
            WHERE line.business_id = p_business_id
              AND (line.order_id, line.line_no) < (v_before, v_before_line)
              AND (line.order_id, line.line_no) >= (v_last.order_id, v_last.line_no)
              AND line.product_id = p_product_id AND line.stock_taken > 0
            ORDER BY line.order_id DESC, line.line_no DESC
            LIMIT v_missing);
        v_returned := ARRAY(
            SELECT line
            FROM tallystick.return_items AS line
            WHERE line.business_id = p_business_id
              AND (line.return_id, line.line_no) < (v_before, v_before_line)
              AND (line.return_id, line.line_no) >= (v_last.order_id, v_last.line_no)
              AND line.product_id = p_product_id AND line.restocked > 0
            ORDER BY line.return_id DESC, line.line_no DESC
            LIMIT v_missing);
        RETURN QUERY
        SELECT change.*
        FROM (
            SELECT sold.order_id, sold.line_no, 'sale', -sold.stock_taken, NULL::text, NULL::bigint, NULL::bigint,
                   placed.created_at, sold.order_id
            FROM unnest(v_lines) AS sold
            CROSS JOIN LATERAL (
                SELECT placed.created_at
                FROM tallystick.orders AS placed
                WHERE placed.business_id = p_business_id AND placed.id BETWEEN sold.order_id AND sold.order_id
                ORDER BY placed.id
                LIMIT 1
            ) AS placed
            UNION ALL
            SELECT back.return_id, back.line_no, 'return', back.restocked, NULL::text, NULL::bigint, NULL::bigint,
                   made.created_at, back.order_id
            FROM unnest(v_returned) AS back
            CROSS JOIN LATERAL (
                SELECT made.created_at
                FROM tallystick.returns AS made
                WHERE made.business_id = p_business_id AND made.id BETWEEN back.return_id AND back.return_id
                ORDER BY made.id
                LIMIT 1
            ) AS made
            UNION ALL
            SELECT moved.*
            FROM (
                SELECT movement.id, 0, movement.kind, movement.quantity, movement.reason::text, movement.stock_after,
                       movement.backordered_after, movement.created_at, NULL::uuid
                FROM tallystick.stock_movements AS movement
                WHERE movement.business_id = p_business_id
                  AND (movement.product_id, movement.id) < (p_product_id, v_before)
                  AND (movement.product_id, movement.id) >= (p_product_id, v_last.order_id)
                ORDER BY movement.product_id DESC, movement.id DESC
                LIMIT v_missing
            ) AS moved
        ) AS change (id, line_no)
        ORDER BY change.id DESC, change.line_no DESC
        LIMIT v_missing;

        GET DIAGNOSTICS v_found = ROW_COUNT;
        v_any := v_any OR v_found > 0;
        v_missing := v_missing - v_found;
        IF v_missing <= 0 THEN
            RETURN;
        ELSIF v_last.line_no = 0 THEN
            IF NOT v_any THEN
                RETURN NEXT;
            END IF;
            RETURN;
        END IF;
        v_before := v_last.order_id;
        v_before_line := v_last.line_no;
        EXIT WHEN clock_timestamp() > v_end;
    END LOOP;
    id := v_before;
    line_no := v_before_line;
    RETURN NEXT;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.stock_movement_list TO tallystick_app;

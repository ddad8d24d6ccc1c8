-- Purpose: a business's returns, newest first, before p_before if it is given; with p_order_id only those of that order, with
-- p_customer_id only that customer's. At most 200 returns and one more, which tells whether there is a next page.
--
-- The returns of a page have at most 2,000 lines. The first one for which there is no room comes without its lines: the list goes on
-- with that one. A return has at most 500 lines, so there is room for four.
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
    v_ids uuid[];
    v_id uuid;
    v_lines integer := 0;
    v_returned tallystick.return_answer;
BEGIN
    -- Rows are compared, because only the index of that order has it.
    IF p_order_id IS NOT NULL THEN
        v_ids := ARRAY(
            SELECT returned.id FROM tallystick.returns AS returned
            WHERE returned.business_id = p_business_id AND returned.order_id >= p_order_id
              AND (returned.order_id, returned.id) < (p_order_id, v_before)
              -- All returns of an order are one customer's.
              AND (p_customer_id IS NULL OR returned.customer_id = p_customer_id)
            ORDER BY returned.order_id DESC, returned.id DESC
            LIMIT least(p_limit, 201));
    ELSIF p_customer_id IS NOT NULL THEN
        v_ids := ARRAY(
            SELECT returned.id FROM tallystick.returns AS returned
            WHERE returned.business_id = p_business_id AND returned.customer_id >= p_customer_id
              AND (returned.customer_id, returned.id) < (p_customer_id, v_before)
            ORDER BY returned.customer_id DESC, returned.id DESC
            LIMIT least(p_limit, 201));
    ELSE
        v_ids := ARRAY(
            SELECT returned.id FROM tallystick.returns AS returned
            WHERE returned.business_id = p_business_id AND returned.id < v_before
            ORDER BY returned.id DESC
            LIMIT least(p_limit, 201));
    END IF;
    FOREACH v_id IN ARRAY v_ids LOOP
        v_returned := tallystick.return_read(p_business_id, v_id);
        v_lines := v_lines + cardinality(v_returned.line_nos);
        IF v_lines > 2000 THEN
            v_returned.line_nos := NULL;
            RETURN NEXT v_returned;
            EXIT;
        END IF;
        RETURN NEXT v_returned;
    END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.return_list TO tallystick_app;

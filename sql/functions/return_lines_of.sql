-- Purpose: the next parts of the lines p_line_nos of an order: p_quantities of each come back, and p_restock_quantities of these go
-- into the stock. NULL: all that came from it. (How much is credited, and what of it is tax, is explained at return_lines_add_up.)
-- Locks: none. The caller holds the lock on the order's customer.
-- Outcomes: order_line_not_found (line_nos: those that the order does not have), quantity_exceeds_returnable (line_nos, requested,
-- available: each of which more is asked for than was bought and not returned yet), stock_not_tracked (line_nos: those whose
-- restocking was asked for, and that did not come from the stock); NULL: items, in the order of the lines, without a return's id.
-- Caller: return_record; its plan settings apply. It has called check_return_lines.
CREATE OR REPLACE FUNCTION tallystick.return_lines_of(
    p_business_id uuid,
    p_order_id uuid,
    p_line_nos integer[],
    p_quantities bigint[],
    p_restock_quantities bigint[],
    OUT outcome text,
    OUT items tallystick.return_items[],
    OUT line_nos integer[],
    OUT requested bigint[],
    OUT available bigint[]
)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_bought tallystick.order_items;
    v_item tallystick.return_items;
    v_place integer;
    v_unknown integer[];
    v_untracked integer[];
BEGIN
    -- In the order of the lines, without a sort: the caller has switched sorts off, for the look-ups.
    FOR v_line_no IN (SELECT min(asked.no) FROM unnest(p_line_nos) AS asked (no))
                  .. (SELECT max(asked.no) FROM unnest(p_line_nos) AS asked (no)) LOOP
        v_place := array_position(p_line_nos, v_line_no);
        CONTINUE WHEN v_place IS NULL;
        SELECT line.* INTO v_bought
        FROM tallystick.order_items AS line
        WHERE line.business_id = p_business_id AND line.order_id = p_order_id AND line.line_no BETWEEN v_line_no AND v_line_no
        ORDER BY line.line_no;
        IF NOT FOUND THEN
            v_unknown := v_unknown || v_line_no;
            CONTINUE;
        END IF;
        v_item := NULL;
        SELECT former.part_no, former.returned_after INTO v_item.part_no, v_item.returned_before
        FROM tallystick.return_items AS former
        WHERE former.business_id = p_business_id AND former.order_id = p_order_id
          AND former.line_no BETWEEN v_line_no AND v_line_no
        ORDER BY former.line_no DESC, former.part_no DESC
        LIMIT 1;
        v_item.business_id := p_business_id;
        v_item.order_id := p_order_id;
        v_item.line_no := v_line_no;
        v_item.product_id := v_bought.product_id;
        v_item.bought := v_bought.quantity;
        v_item.quantity := p_quantities[v_place];
        v_item.restocked := coalesce(p_restock_quantities[v_place], least(v_item.quantity, v_bought.stock_taken));
        v_item.part_no := coalesce(v_item.part_no, 0) + 1;
        v_item.returned_before := coalesce(v_item.returned_before, 0);
        v_item.returned_after := v_item.returned_before + v_item.quantity;
        IF v_item.returned_after > v_item.bought THEN
            line_nos := line_nos || v_line_no;
            requested := requested || v_item.quantity;
            available := available || v_item.bought - v_item.returned_before;
        ELSIF v_item.restocked > v_bought.stock_taken THEN
            v_untracked := v_untracked || v_line_no;
        END IF;
        v_item.tax := tallystick.price_of_part(v_bought.tax, v_item);
        v_item.line_total := tallystick.price_of_part(v_bought.line_total - coalesce(v_bought.tax, 0), v_item)
            + coalesce(v_item.tax, 0);
        items := items || v_item;
    END LOOP;
    outcome := CASE
        WHEN v_unknown IS NOT NULL THEN 'order_line_not_found'
        WHEN line_nos IS NOT NULL THEN 'quantity_exceeds_returnable'
        WHEN v_untracked IS NOT NULL THEN 'stock_not_tracked'
    END;
    line_nos := coalesce(v_unknown, line_nos, v_untracked);
END
$$;

-- Purpose: a return with its lines in their order, and what its ledger entry says of it: why, the balance that it left, what it settles
-- by name of the order's charge, and the proof. All is NULL if there is none.
-- Locks: none. These are facts.
-- Volatile: the writer must see what it has written just now.
-- Caller: return_record, return_get; their plan settings apply. (return_list tells a page by one statement.)
CREATE OR REPLACE FUNCTION tallystick.return_read(p_business_id uuid, p_id uuid) RETURNS tallystick.return_answer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_answer tallystick.return_answer;
BEGIN
    SELECT returned.id, returned.order_id, returned.customer_id, returned.total, returned.created_at
    INTO v_answer.id, v_answer.order_id, v_answer.customer_id, v_answer.total, v_answer.created_at
    FROM tallystick.returns AS returned
    WHERE returned.business_id = p_business_id AND returned.id BETWEEN p_id AND p_id
    ORDER BY returned.id;
    IF NOT FOUND THEN
        RETURN v_answer;
    END IF;
    SELECT credit.entry_no, credit.balance_after, credit.reason, credit.entry_hash
    INTO v_answer.entry_no, v_answer.balance_after, v_answer.reason, v_answer.entry_hash
    FROM tallystick.credit_ledger AS credit
    WHERE credit.business_id = p_business_id AND credit.id BETWEEN p_id AND p_id
    ORDER BY credit.id;
    SELECT part.amount INTO v_answer.allocated
    FROM tallystick.allocations AS part
    WHERE part.business_id = p_business_id AND part.customer_id = v_answer.customer_id
      AND part.entry_no BETWEEN v_answer.entry_no AND v_answer.entry_no
    ORDER BY part.entry_no, part.charge_no;
    v_answer.allocated := coalesce(v_answer.allocated, 0);
    SELECT array_agg(item.line_no), array_agg(item.product_id), array_agg(item.quantity), array_agg(bought.decimals),
           array_agg(item.restocked), array_agg(item.line_total), array_agg(item.tax)
    INTO v_answer.line_nos, v_answer.product_ids, v_answer.quantities, v_answer.quantity_decimals,
         v_answer.restocked, v_answer.line_totals, v_answer.taxes
    FROM (
        SELECT line.* FROM tallystick.return_items AS line
        WHERE line.business_id = p_business_id AND line.return_id BETWEEN p_id AND p_id
        -- In the order of the key: so no aggregate sorts for itself.
        ORDER BY line.return_id, line.line_no
    ) AS item
    CROSS JOIN LATERAL (
        SELECT line.decimals FROM tallystick.order_items AS line
        WHERE line.business_id = item.business_id AND line.order_id = item.order_id
          AND line.line_no BETWEEN item.line_no AND item.line_no
        ORDER BY line.line_no
        LIMIT 1
    ) AS bought;
    RETURN v_answer;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.return_read TO tallystick_app;

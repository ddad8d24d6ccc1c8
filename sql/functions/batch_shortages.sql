-- Purpose: the refusal of a purchase that asks for more than there is of some products.
-- Locks: none. The caller holds the products' locks.
-- Outcome: insufficient_stock, with product_ids, requested (all lines of a product together) and available, in id order.
-- Caller: purchase_batch.
CREATE OR REPLACE FUNCTION tallystick.batch_shortages(
    p_product_ids uuid[],
    p_positions integer[],
    p_available bigint[],
    p_left bigint[]
) RETURNS tallystick.purchase_answer
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_answer tallystick.purchase_answer;
BEGIN
    v_answer.outcome := 'insufficient_stock';
    -- A sold-out product is mostly bought by itself: then the figures are at hand, and no query is needed.
    IF cardinality(p_positions) = 1 THEN
        v_answer.product_ids := ARRAY[p_product_ids[p_positions[1]]];
        v_answer.requested := ARRAY[p_available[p_positions[1]] - p_left[p_positions[1]]];
        v_answer.available := ARRAY[p_available[p_positions[1]]];
        RETURN v_answer;
    END IF;

    SELECT array_agg(p_product_ids[short.position]),
           array_agg(p_available[short.position] - p_left[short.position]),
           array_agg(p_available[short.position])
    INTO v_answer.product_ids, v_answer.requested, v_answer.available
    FROM (
        SELECT DISTINCT line.position FROM unnest(p_positions) AS line (position)
        WHERE p_left[line.position] < 0
        ORDER BY line.position
    ) AS short;
    RETURN v_answer;
END
$$;

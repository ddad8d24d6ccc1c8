-- Purpose: one purchase on credit: the whole of it, or nothing. It is a batch of one: purchase_batch says what it does, what
-- it locks and what its outcomes are.
-- Caller: a Supabase user by RPC.
CREATE OR REPLACE FUNCTION tallystick.purchase(
    p_business_id uuid,
    p_customer_id uuid,
    p_product_ids uuid[],
    p_quantities bigint[],
    p_idempotency_key text,
    p_order_id uuid DEFAULT NULL,
    p_actor text DEFAULT NULL,
    p_options jsonb DEFAULT NULL
) RETURNS tallystick.purchase_answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_product_ids uuid[] := ARRAY(SELECT DISTINCT item.product_id FROM unnest(p_product_ids) AS item (product_id) ORDER BY 1);
    v_answer tallystick.purchase_answer;
BEGIN
    SELECT * INTO v_answer
    FROM tallystick.purchase_batch(
        p_business_id, ARRAY[p_customer_id], v_product_ids, ARRAY[1], ARRAY[p_idempotency_key], ARRAY[p_actor],
        -- The server chooses the order's id, so that its second try recognises what its first try wrote. A caller with
        -- claims may not choose: lists are in id order, and an id of its choice could hide the order there.
        ARRAY[CASE WHEN nullif(current_setting('request.jwt.claims', true), '') IS NULL THEN p_order_id END],
        ARRAY[CASE array_ndims(p_product_ids) WHEN 1 THEN cardinality(p_product_ids) END],
        ARRAY(SELECT array_position(v_product_ids, item.product_id) FROM unnest(p_product_ids) AS item (product_id)),
        p_quantities[:], CASE WHEN p_options IS NOT NULL THEN ARRAY[p_options] END, 'wait');
    RETURN v_answer;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.purchase TO tallystick_app;

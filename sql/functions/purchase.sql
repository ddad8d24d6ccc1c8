-- Purpose: one purchase on credit: the whole of it, or nothing. It is a batch of one: what it does, its locks and its
-- outcomes are purchase_batch's.
-- Caller: a Supabase user by RPC.
CREATE OR REPLACE FUNCTION tallystick.purchase(
    p_business_id uuid,
    p_customer_id uuid,
    p_product_ids uuid[],
    p_quantities bigint[],
    p_idempotency_key text,
    p_order_id uuid DEFAULT NULL,
    OUT outcome text,
    OUT order_id uuid,
    OUT created_at timestamptz,
    OUT total bigint,
    OUT balance_after bigint,
    OUT unit_prices bigint[],
    OUT product_ids uuid[],
    OUT requested bigint[],
    OUT available bigint[],
    OUT credit_limit bigint,
    OUT balance bigint,
    OUT lock_wait_us bigint
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_product_ids uuid[] := ARRAY(SELECT DISTINCT item.product_id FROM unnest(p_product_ids) AS item (product_id) ORDER BY 1);
BEGIN
    SELECT decided.outcome, decided.order_id, decided.created_at, decided.total, decided.balance_after,
           decided.unit_prices, decided.product_ids, decided.requested, decided.available, decided.credit_limit,
           decided.balance, decided.lock_wait_us
    INTO outcome, order_id, created_at, total, balance_after,
         unit_prices, product_ids, requested, available, credit_limit,
         balance, lock_wait_us
    FROM tallystick.purchase_batch(
        p_business_id, ARRAY[p_customer_id], v_product_ids, ARRAY[1], ARRAY[p_idempotency_key],
        -- The server brings an id, to know its own earlier try by. From a caller with claims none is taken: lists are in the
        -- order of the ids, and one of its choice could hide the order there.
        ARRAY[CASE WHEN nullif(current_setting('request.jwt.claims', true), '') IS NULL THEN p_order_id END],
        ARRAY[CASE array_ndims(p_product_ids) WHEN 1 THEN cardinality(p_product_ids) END],
        ARRAY(SELECT array_position(v_product_ids, item.product_id) FROM unnest(p_product_ids) AS item (product_id)),
        p_quantities[:], true) AS decided;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.purchase TO tallystick_app;

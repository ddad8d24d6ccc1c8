-- Purpose: whether another transaction holds a product's row. If none does, this one holds it from now on.
-- BETWEEN and ORDER BY leave the planner only the index of the ids, as in keys_known.
-- Locks: the product's row, unless it is held; it never waits.
-- Returns false for a product that does not exist.
-- Volatile: the second statement must see what was committed since the first.
-- Caller: stock_movement_record, product_update.
CREATE OR REPLACE FUNCTION tallystick.product_is_held(p_business_id uuid, p_product_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
BEGIN
    PERFORM FROM tallystick.products AS product
    WHERE product.business_id = p_business_id AND product.id BETWEEN p_product_id AND p_product_id
    ORDER BY product.id
    FOR NO KEY UPDATE SKIP LOCKED;
    IF FOUND THEN
        RETURN false;
    END IF;
    PERFORM FROM tallystick.products AS product
    WHERE product.business_id = p_business_id AND product.id BETWEEN p_product_id AND p_product_id
    ORDER BY product.id;
    RETURN FOUND;
END
$$;

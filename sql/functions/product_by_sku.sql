-- Purpose: the id of the product that has a sku, however the sku is spelt in Unicode. NULL if there is none.
-- Locks: none.
-- BETWEEN, ORDER BY and enable_sort leave the planner only the index of the skus, as in keys_known.
-- Volatile: it must see what was committed while the caller's INSERT or UPDATE waited for that product.
-- Caller: product_create, product_update.
CREATE OR REPLACE FUNCTION tallystick.product_by_sku(p_business_id uuid, p_sku text) RETURNS uuid
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_sku text := normalize(p_sku, NFC);
BEGIN
    RETURN (
        SELECT product.id
        FROM tallystick.products AS product
        WHERE product.business_id = p_business_id AND product.sku_nfc BETWEEN v_sku AND v_sku
        ORDER BY product.sku_nfc);
END
$$;

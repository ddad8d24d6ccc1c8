-- Purpose: a business's products, newest first, before p_before if it is given; with p_sku only that one.
-- At most 200 products and one more, which tells whether there is a next page.
CREATE OR REPLACE FUNCTION tallystick.product_list(
    p_business_id uuid, p_sku text, p_before uuid, p_limit integer
) RETURNS SETOF tallystick.products
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_sku text := normalize(p_sku, NFC);
BEGIN
    IF p_sku IS NULL THEN
        RETURN QUERY
        SELECT product.* FROM tallystick.products AS product
        WHERE product.business_id = p_business_id AND product.id < v_before
        ORDER BY product.id DESC
        LIMIT least(p_limit, 201);
    ELSE
        -- One row at most, in the order of the index that finds it: no other index has that order.
        RETURN QUERY
        SELECT product.* FROM tallystick.products AS product
        WHERE product.business_id = p_business_id AND product.sku_nfc BETWEEN v_sku AND v_sku AND product.id < v_before
        ORDER BY product.sku_nfc
        LIMIT p_limit;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.product_list TO tallystick_app;

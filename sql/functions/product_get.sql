-- Purpose: one product. No row if there is none.
CREATE OR REPLACE FUNCTION tallystick.product_get(p_business_id uuid, p_id uuid) RETURNS SETOF tallystick.products
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
BEGIN
    RETURN QUERY
    SELECT product.*
    FROM tallystick.products AS product
    WHERE product.business_id = p_business_id AND product.id BETWEEN p_id AND p_id
    ORDER BY product.id;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.product_get TO tallystick_app;

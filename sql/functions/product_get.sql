-- Purpose: one product. No row if there is none.
CREATE OR REPLACE FUNCTION tallystick.product_get(p_business_id uuid, p_id uuid) RETURNS SETOF tallystick.products
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT product.*
    FROM tallystick.products AS product
    WHERE product.business_id = p_business_id AND product.id = p_id
$$;
GRANT EXECUTE ON FUNCTION tallystick.product_get TO tallystick_app;

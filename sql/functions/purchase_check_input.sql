-- Purpose: refuse a purchase that is not one: 1 to 500 lines, each a product and 1 to 2^31 - 1 of it, and a key.
-- The server has checked all this with better messages; other callers have not.
CREATE OR REPLACE FUNCTION tallystick.purchase_check_input(
    p_product_ids uuid[], p_quantities bigint[], p_idempotency_key text
) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF cardinality(p_product_ids) BETWEEN 1 AND 500
       AND cardinality(p_product_ids) = cardinality(p_quantities)
       AND array_ndims(p_product_ids) = 1 AND array_ndims(p_quantities) = 1
       AND array_position(p_product_ids, NULL) IS NULL
       AND 1 <= ALL (p_quantities) AND 2147483647 >= ALL (p_quantities)
       AND p_idempotency_key IS NOT NULL THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'a purchase has 1 to 500 lines of a product and a quantity of 1 to 2147483647, and an idempotency key'
        USING ERRCODE = 'invalid_parameter_value';
END
$$;

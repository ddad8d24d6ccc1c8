-- Purpose: refuse a batch of purchases that is none: see purchase_batch. It has 1 to 500 purchases; each has a key and 1 to
-- 500 lines, each line a product and 1 to 2^31 - 1 of it.
-- The server has checked all this with better messages; other callers have not.
CREATE OR REPLACE FUNCTION tallystick.purchase_check_input(
    p_customer_ids uuid[],
    p_product_ids uuid[],
    p_customer_nos integer[],
    p_idempotency_keys text[],
    p_order_ids uuid[],
    p_line_counts integer[],
    p_product_nos integer[],
    p_quantities bigint[]
) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_purchases constant integer := cardinality(p_customer_nos);
    v_lines constant integer := cardinality(p_product_nos);
    -- One dimension, counted from 1.
    v_by_purchase constant text := '[1:' || v_purchases || ']';
    v_by_line constant text := '[1:' || v_lines || ']';
    v_counted bigint := 0;
    v_is_ascending boolean := true;
BEGIN
    IF v_purchases BETWEEN 1 AND 500
       AND array_dims(p_customer_nos) = v_by_purchase AND array_dims(p_idempotency_keys) = v_by_purchase
       AND array_dims(p_order_ids) = v_by_purchase AND array_dims(p_line_counts) = v_by_purchase
       AND array_dims(p_product_nos) = v_by_line AND array_dims(p_quantities) = v_by_line
       AND array_dims(p_customer_ids) = '[1:' || cardinality(p_customer_ids) || ']'
       AND array_dims(p_product_ids) = '[1:' || cardinality(p_product_ids) || ']'
       AND 1 <= ALL (p_customer_nos) AND cardinality(p_customer_ids) >= ALL (p_customer_nos)
       AND 1 <= ALL (p_product_nos) AND cardinality(p_product_ids) >= ALL (p_product_nos)
       AND 1 <= ALL (p_line_counts) AND 500 >= ALL (p_line_counts)
       AND 1 <= ALL (p_quantities) AND 2147483647 >= ALL (p_quantities)
       AND array_position(p_idempotency_keys, NULL) IS NULL AND array_position(p_product_ids, NULL) IS NULL THEN
        FOR n IN 1 .. v_purchases LOOP
            v_counted := v_counted + p_line_counts[n];
        END LOOP;
        FOR n IN 2 .. cardinality(p_customer_ids) LOOP
            v_is_ascending := v_is_ascending AND p_customer_ids[n - 1] < p_customer_ids[n];
        END LOOP;
        FOR n IN 2 .. cardinality(p_product_ids) LOOP
            v_is_ascending := v_is_ascending AND p_product_ids[n - 1] < p_product_ids[n];
        END LOOP;
        IF v_counted = v_lines AND v_is_ascending THEN
            RETURN;
        END IF;
    END IF;
    RAISE EXCEPTION 'a purchase has 1 to 500 lines of a product and a quantity of 1 to 2147483647, and an idempotency key'
        USING ERRCODE = 'invalid_parameter_value';
END
$$;

-- Purpose: what is wrong with the input of a batch of purchases (see purchase_batch). A batch has 1 to 500 purchases. Each
-- purchase has an idempotency key and 1 to 500 lines, each line a product and 1 to 2^31 - 1 of it.
-- The server has checked all this with better messages; other callers have not.
-- Locks: none.
-- Returns what is wrong, or NULL.
-- Caller: purchase_batch.
CREATE OR REPLACE FUNCTION tallystick.purchase_check_input(
    p_customer_ids uuid[],
    p_product_ids uuid[],
    p_customer_positions integer[],
    p_idempotency_keys text[],
    p_actors text[],
    p_order_ids uuid[],
    p_line_counts integer[],
    p_product_positions integer[],
    p_quantities bigint[],
    p_options jsonb[],
    p_held text
) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    v_customers constant integer := cardinality(p_customer_ids);
    v_products constant integer := cardinality(p_product_ids);
    v_purchases constant integer := cardinality(p_customer_positions);
    v_lines constant integer := cardinality(p_product_positions);
    -- One dimension, counted from 1.
    v_by_purchase constant text := '[1:' || v_purchases || ']';
    v_by_line constant text := '[1:' || v_lines || ']';
    v_counted bigint := 0;
    v_is_ascending boolean := true;
    v_wrong text;
BEGIN
    -- A comparison with NULL is not true, so whatever is missing is refused, too.
    v_wrong := CASE
        WHEN (v_purchases BETWEEN 1 AND 500) IS NOT TRUE
            THEN 'a batch has 1 to 500 purchases'
        WHEN (array_dims(p_customer_positions) = v_by_purchase AND array_dims(p_idempotency_keys) = v_by_purchase
              AND array_dims(p_actors) = v_by_purchase
              AND array_dims(p_order_ids) = v_by_purchase AND array_dims(p_line_counts) = v_by_purchase) IS NOT TRUE
            THEN 'each list by purchase has one element for each purchase, counted from 1'
        WHEN (v_lines >= 1) IS NOT TRUE
            THEN 'a batch has lines'
        WHEN (array_dims(p_product_positions) = v_by_line AND array_dims(p_quantities) = v_by_line) IS NOT TRUE
            THEN 'each list by line has one element for each line, counted from 1'
        WHEN (array_dims(p_customer_ids) = '[1:' || v_customers || ']') IS NOT TRUE
            THEN 'customers are a list, counted from 1'
        WHEN (array_dims(p_product_ids) = '[1:' || v_products || ']') IS NOT TRUE
            THEN 'products are a list, counted from 1'
        WHEN (1 <= ALL (p_customer_positions) AND v_customers >= ALL (p_customer_positions)) IS NOT TRUE
            THEN 'a purchase names its customer by the position in the list of customers'
        WHEN (1 <= ALL (p_product_positions) AND v_products >= ALL (p_product_positions)) IS NOT TRUE
            THEN 'a line names its product by the position in the list of products'
        WHEN (1 <= ALL (p_line_counts) AND 500 >= ALL (p_line_counts)) IS NOT TRUE
            THEN 'a purchase has 1 to 500 lines'
        WHEN (1 <= ALL (p_quantities) AND 2147483647 >= ALL (p_quantities)) IS NOT TRUE
            THEN 'a line has a quantity of 1 to 2147483647'
        WHEN array_position(p_idempotency_keys, NULL) IS NOT NULL
            THEN 'a purchase has an idempotency key'
        WHEN array_position(p_product_ids, NULL) IS NOT NULL
            THEN 'a line has a product'
        WHEN p_options IS NOT NULL AND (array_dims(p_options) = v_by_purchase) IS NOT TRUE
            THEN 'options are NULL, or a list with one element for each purchase, counted from 1'
        WHEN (p_held IN ('wait', 'pass over customers', 'pass over all')) IS NOT TRUE
            THEN 'p_held is wait, pass over customers, or pass over all'
    END;
    IF v_wrong IS NOT NULL THEN
        RETURN v_wrong;
    END IF;

    FOR n IN 1 .. v_purchases LOOP
        v_counted := v_counted + p_line_counts[n];
    END LOOP;
    FOR n IN 2 .. v_customers LOOP
        v_is_ascending := v_is_ascending AND p_customer_ids[n - 1] < p_customer_ids[n];
    END LOOP;
    FOR n IN 2 .. v_products LOOP
        v_is_ascending := v_is_ascending AND p_product_ids[n - 1] < p_product_ids[n];
    END LOOP;
    RETURN CASE
        WHEN v_counted <> v_lines
            THEN 'each line belongs to a purchase'
        WHEN v_is_ascending IS NOT TRUE
            THEN 'customers and products are listed once each, in id order'
        WHEN p_options IS NOT NULL
            THEN tallystick.purchase_check_options(p_options, p_line_counts)
    END;
END
$$;

-- Purpose: a business's orders, newest first, before p_before if it is given; with p_customer_id only that customer's.
CREATE OR REPLACE FUNCTION tallystick.order_list(
    p_business_id uuid, p_customer_id uuid, p_before uuid, p_limit integer
) RETURNS SETOF tallystick.order_records
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
AS $$
DECLARE
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
    IF p_customer_id IS NULL THEN
        RETURN QUERY
        SELECT placed.* FROM tallystick.order_records AS placed
        WHERE placed.business_id = p_business_id AND placed.id < v_before
        ORDER BY placed.id DESC
        LIMIT p_limit;
    ELSE
        RETURN QUERY
        SELECT placed.* FROM tallystick.order_records AS placed
        WHERE placed.business_id = p_business_id AND placed.customer_id = p_customer_id AND placed.id < v_before
        ORDER BY placed.id DESC
        LIMIT p_limit;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.order_list TO tallystick_app;

-- Purpose: one order with its lines. No row if there is none.
CREATE OR REPLACE FUNCTION tallystick.order_get(p_business_id uuid, p_id uuid) RETURNS SETOF tallystick.order_records
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
BEGIN
    RETURN QUERY
    SELECT placed.*
    FROM tallystick.order_records AS placed
    WHERE placed.business_id = p_business_id AND placed.id BETWEEN p_id AND p_id
    ORDER BY placed.id;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.order_get TO tallystick_app;

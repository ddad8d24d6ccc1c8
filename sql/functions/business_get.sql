-- Purpose: the context's business. No row if it does not exist.
CREATE OR REPLACE FUNCTION tallystick.business_get(p_business_id uuid) RETURNS SETOF tallystick.businesses
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
BEGIN
    RETURN QUERY
    SELECT business.* FROM tallystick.businesses AS business WHERE business.business_id = p_business_id;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.business_get TO tallystick_app;

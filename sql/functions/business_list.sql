-- Purpose: the platform's businesses, newest first, before p_before if it is given.
-- At most 200 businesses and one more, which tells whether there is a next page.
-- With business_created_with the only function that looks across tenants: it sees their names and settings and nothing that
-- they own (policy platform_lists_businesses).
CREATE OR REPLACE FUNCTION tallystick.business_list(p_before uuid, p_limit integer) RETURNS SETOF tallystick.businesses
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    -- A variable, since the planner uses no index for a condition with coalesce() under row level security.
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
    PERFORM set_config('app.platform', 'business_list', true);
    RETURN QUERY
    SELECT business.*
    FROM tallystick.businesses AS business
    WHERE business.business_id < v_before
    ORDER BY business.business_id DESC
    LIMIT least(p_limit, 201);
    PERFORM set_config('app.platform', '', true);
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.business_list TO tallystick_app;

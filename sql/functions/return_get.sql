-- Purpose: one return with its lines. No row if there is none.
-- Caller: db::returns.
CREATE OR REPLACE FUNCTION tallystick.return_get(p_business_id uuid, p_id uuid) RETURNS SETOF tallystick.return_answer
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
    SELECT found.* FROM tallystick.return_read(p_business_id, p_id) AS found WHERE found.id IS NOT NULL;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.return_get TO tallystick_app;

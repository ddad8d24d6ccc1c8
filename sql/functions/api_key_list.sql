-- Purpose: a business's API keys, newest first, before p_before if it is given; never their hashes.
-- At most 200 keys and one more, which tells whether there is a next page.
CREATE OR REPLACE FUNCTION tallystick.api_key_list(p_business_id uuid, p_before uuid, p_limit integer)
RETURNS TABLE (
    id uuid, name text, prefix text, scopes text[], expires_at timestamptz, revoked_at timestamptz,
    created_at timestamptz
)
LANGUAGE plpgsql STABLE
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
    RETURN QUERY
    SELECT api_key.id, api_key.name::text, api_key.prefix, api_key.scopes, api_key.expires_at, api_key.revoked_at,
           api_key.created_at
    FROM tallystick.api_keys AS api_key
    WHERE api_key.business_id = p_business_id AND api_key.id < v_before
    ORDER BY api_key.id DESC
    LIMIT least(p_limit, 201);
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.api_key_list TO tallystick_app;

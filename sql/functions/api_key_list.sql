-- Purpose: a business's API keys, newest first, before p_before if it is given; never their hashes.
CREATE OR REPLACE FUNCTION tallystick.api_key_list(p_business_id uuid, p_before uuid, p_limit integer)
RETURNS TABLE (
    id uuid, name text, prefix text, scopes text[], expires_at timestamptz, revoked_at timestamptz,
    created_at timestamptz
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT api_key.id, api_key.name, api_key.prefix, api_key.scopes, api_key.expires_at, api_key.revoked_at,
           api_key.created_at
    FROM tallystick.api_keys AS api_key
    WHERE api_key.business_id = p_business_id
      AND api_key.id < coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    ORDER BY api_key.id DESC
    LIMIT p_limit
$$;
GRANT EXECUTE ON FUNCTION tallystick.api_key_list TO tallystick_app;

-- Purpose: the key that a caller claims to have, if it is neither revoked nor expired. The caller compares the hash.
-- Caller: db::api_keys, at each authentication that the server's cache does not answer.
CREATE OR REPLACE FUNCTION tallystick.api_key_find(p_business_id uuid, p_prefix text)
RETURNS TABLE (id uuid, secret_hash bytea, scopes text[], expires_at timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
BEGIN
    RETURN QUERY
    SELECT api_key.id, api_key.secret_hash, api_key.scopes, api_key.expires_at
    FROM tallystick.api_keys AS api_key
    WHERE api_key.business_id = p_business_id AND api_key.prefix BETWEEN p_prefix AND p_prefix
      AND api_key.revoked_at IS NULL
      AND (api_key.expires_at IS NULL OR api_key.expires_at > clock_timestamp())
    ORDER BY api_key.prefix;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.api_key_find TO tallystick_app;

-- Purpose: revoke an API key now. Revoking it again changes nothing. Returns whether the key exists.
-- Locks: the key's row.
-- Caller: db::api_keys.
CREATE OR REPLACE FUNCTION tallystick.api_key_revoke(p_business_id uuid, p_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    UPDATE tallystick.api_keys AS api_key
    SET revoked_at = coalesce(api_key.revoked_at, clock_timestamp())
    WHERE api_key.business_id = p_business_id AND api_key.id = p_id;
    RETURN FOUND;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.api_key_revoke TO tallystick_app;

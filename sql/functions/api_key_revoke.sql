-- Purpose: revoke an API key now. Revoking it again changes nothing. Returns whether the key exists.
-- Locks: the key's row.
-- Caller: db::api_keys.
CREATE OR REPLACE FUNCTION tallystick.api_key_revoke(p_business_id uuid, p_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_place tid;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    SELECT api_key.ctid INTO v_place
    FROM tallystick.api_keys AS api_key
    WHERE api_key.business_id = p_business_id AND api_key.id BETWEEN p_id AND p_id
    ORDER BY api_key.id
    FOR NO KEY UPDATE;
    -- The place of a locked row does not change.
    UPDATE tallystick.api_keys AS api_key
    SET revoked_at = coalesce(api_key.revoked_at, clock_timestamp())
    WHERE api_key.business_id = p_business_id AND api_key.ctid = v_place;
    RETURN FOUND;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.api_key_revoke TO tallystick_app;

-- Purpose: store a new API key: its public prefix and the hash of its secret. The server makes the id once per request. If a
-- key with this id exists already, an earlier try of the same request stored it.
-- Outcomes: created, business_not_found.
-- Caller: db::api_keys.
CREATE OR REPLACE FUNCTION tallystick.api_key_create(
    p_business_id uuid,
    p_id uuid,
    p_name text,
    p_prefix text,
    p_secret_hash bytea,
    p_scopes text[],
    p_expires_at timestamptz,
    OUT outcome text,
    OUT created_at timestamptz
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF NOT EXISTS (SELECT FROM tallystick.businesses AS business WHERE business.business_id = p_business_id) THEN
        outcome := 'business_not_found';
        RETURN;
    END IF;
    INSERT INTO tallystick.api_keys (business_id, id, name, prefix, secret_hash, scopes, expires_at)
    VALUES (p_business_id, p_id, p_name, p_prefix, p_secret_hash, p_scopes, p_expires_at)
    ON CONFLICT ON CONSTRAINT api_keys_pk DO NOTHING;
    outcome := 'created';
    SELECT api_key.created_at INTO created_at
    FROM tallystick.api_keys AS api_key
    WHERE api_key.business_id = p_business_id AND api_key.id = p_id;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.api_key_create TO tallystick_app;

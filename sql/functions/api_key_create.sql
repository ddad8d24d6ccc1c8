-- Purpose: store a new API key: its public prefix and the hash of its secret, once per idempotency key if there is one. The
-- server makes the id once per request. If a key with this id exists already, an earlier try of the same request stored it.
-- Locks: the idempotency key (creation_claim).
-- Outcomes: created, already_created (id: an earlier request with the idempotency key stored that one; its secret cannot be
-- answered again), key_reused, business_not_found.
-- Caller: db::api_keys.
CREATE OR REPLACE FUNCTION tallystick.api_key_create(
    p_business_id uuid,
    p_id uuid,
    p_name text,
    p_prefix text,
    p_secret_hash bytea,
    p_scopes text[],
    p_expires_at timestamptz,
    p_idempotency_key text DEFAULT NULL,
    OUT outcome text,
    OUT created_at timestamptz,
    OUT id uuid
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_created_at timestamptz := clock_timestamp();
    v_claim record;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF NOT EXISTS (SELECT FROM tallystick.businesses AS business WHERE business.business_id = p_business_id) THEN
        outcome := 'business_not_found';
        RETURN;
    END IF;
    IF p_idempotency_key IS NOT NULL THEN
        -- Seconds since 1970: the text of a time would depend on the session's time zone.
        SELECT * INTO v_claim
        FROM tallystick.creation_claim(
            p_business_id, 'api_key', p_idempotency_key,
            tallystick.request_fingerprint('api_key', p_name, p_scopes::text, extract(epoch FROM p_expires_at)::text), p_id);
        IF v_claim.outcome = 'key_reused' THEN
            outcome := 'key_reused';
            RETURN;
        ELSIF v_claim.id <> p_id THEN
            outcome := 'already_created';
            id := v_claim.id;
            RETURN;
        END IF;
        v_created_at := v_claim.created_at;
    END IF;
    INSERT INTO tallystick.api_keys (business_id, id, name, prefix, secret_hash, scopes, expires_at, created_at)
    VALUES (p_business_id, p_id, p_name, p_prefix, p_secret_hash, p_scopes, p_expires_at, v_created_at)
    ON CONFLICT ON CONSTRAINT api_keys_pk DO NOTHING;
    outcome := 'created';
    id := p_id;
    SELECT api_key.created_at INTO created_at
    FROM tallystick.api_keys AS api_key
    WHERE api_key.business_id = p_business_id AND api_key.id BETWEEN p_id AND p_id
    ORDER BY api_key.id;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.api_key_create TO tallystick_app;

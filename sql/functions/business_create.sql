-- Purpose: create a business, once per idempotency key if there is one. The caller makes the id once per request and sets the
-- tenant context to it. If a business with this id exists already, an earlier try of the same request created it, and that
-- business is the answer. If an earlier request with the key created one, that one is, as it was answered then.
-- Locks: the key's entry in the index. So of two requests with one key, the second waits and finds what the first created.
-- Returns no row if the key belongs to a different request.
-- Caller: db::businesses, for the platform's route and the command line.
CREATE OR REPLACE FUNCTION tallystick.business_create(
    p_business_id uuid, p_name text, p_currency text, p_overdue_after_days integer, p_idempotency_key text DEFAULT NULL
) RETURNS SETOF tallystick.businesses
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
    v_fingerprint bytea := tallystick.request_fingerprint('business', p_name, p_currency, p_overdue_after_days::text);
    v_is_new boolean;
    v_business tallystick.businesses;
    v_earlier record;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    INSERT INTO tallystick.businesses (business_id, name, currency, overdue_after_days)
    VALUES (p_business_id, p_name, p_currency, p_overdue_after_days)
    ON CONFLICT DO NOTHING;
    v_is_new := FOUND;
    SELECT business.* INTO v_business FROM tallystick.businesses AS business WHERE business.business_id = p_business_id;
    IF p_idempotency_key IS NULL THEN
        RETURN NEXT v_business;
        RETURN;
    END IF;
    INSERT INTO tallystick.creations (business_id, kind, idempotency_key, request_fingerprint, id, created_at)
    VALUES (p_business_id, 'business', p_idempotency_key, v_fingerprint, p_business_id, v_business.created_at)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN NEXT v_business;
        RETURN;
    END IF;
    SELECT * INTO v_earlier FROM tallystick.business_created_with(p_idempotency_key, v_fingerprint);
    IF v_is_new THEN
        -- The key was used before, so this business is not to be.
        DELETE FROM tallystick.businesses AS business WHERE business.business_id = p_business_id;
    END IF;
    IF v_earlier.outcome = 'replayed' THEN
        -- The same fingerprint: what was asked for then is asked for now.
        v_business := v_earlier.business;
        v_business.name := p_name;
        v_business.currency := p_currency;
        v_business.overdue_after_days := p_overdue_after_days;
        RETURN NEXT v_business;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.business_create TO tallystick_app;

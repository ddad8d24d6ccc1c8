-- Purpose: create a business, once per idempotency key if there is one. The caller makes the id once per request and sets the
-- tenant context to it. If a business with this id exists already, an earlier try of the same request created it, and that
-- business is the answer. If an earlier request with the key created one, that one is, as it was answered then.
-- Locks: the key (business_creation_find).
-- Returns no row if the key belongs to a different request.
-- Caller: db::businesses, for the platform's route and the command line.
CREATE OR REPLACE FUNCTION tallystick.business_create(
    p_business_id uuid, p_name text, p_currency text, p_overdue_after_days integer, p_idempotency_key text DEFAULT NULL
) RETURNS SETOF tallystick.businesses
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_fingerprint bytea;
    v_earlier record;
    v_business tallystick.businesses;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    -- Lock the businesses before the keys, as migrate does (sql/locks.sql).
    PERFORM FROM tallystick.businesses AS business WHERE false;
    IF p_idempotency_key IS NOT NULL THEN
        v_fingerprint := tallystick.request_fingerprint('business', p_name, p_currency, p_overdue_after_days::text);
        SELECT * INTO v_earlier FROM tallystick.business_creation_find(p_idempotency_key, v_fingerprint);
        IF v_earlier.outcome = 'replayed' THEN
            -- The same fingerprint: what was asked for then is asked for now.
            v_business := v_earlier.business;
            v_business.name := p_name;
            v_business.currency := p_currency;
            v_business.overdue_after_days := p_overdue_after_days;
            RETURN NEXT v_business;
        END IF;
        IF v_earlier.outcome <> 'new' THEN
            RETURN;
        END IF;
    END IF;
    INSERT INTO tallystick.businesses (business_id, name, currency, overdue_after_days)
    VALUES (p_business_id, p_name, p_currency, p_overdue_after_days)
    ON CONFLICT DO NOTHING;
    SELECT business.* INTO v_business FROM tallystick.businesses AS business WHERE business.business_id = p_business_id;
    IF p_idempotency_key IS NOT NULL THEN
        INSERT INTO tallystick.creations (business_id, kind, idempotency_key, request_fingerprint, id, created_at)
        VALUES (p_business_id, 'business', p_idempotency_key, v_fingerprint, p_business_id, v_business.created_at);
    END IF;
    RETURN NEXT v_business;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.business_create TO tallystick_app;

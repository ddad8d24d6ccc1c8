-- Purpose: create a business, once per idempotency key if there is one. The caller makes the id once per request and sets the
-- tenant context to it. If a business with this id exists already, an earlier try of the same request created it, and that
-- business is the answer. If an earlier request with the key created one, that one is, as it was answered then.
-- Locks: the key's entry in the index. So of two requests with one key, the second waits and finds what the first created.
-- Outcomes: created, replayed (as it was answered then), key_reused (by a different request), time_zone_unknown.
-- Caller: db::businesses, for the platform's route and the command line.
CREATE OR REPLACE FUNCTION tallystick.business_create(
    p_business_id uuid,
    p_name text,
    p_currency text,
    p_payment_terms jsonb DEFAULT NULL,
    p_time_zone text DEFAULT 'UTC',
    p_idempotency_key text DEFAULT NULL,
    OUT outcome text,
    OUT business tallystick.businesses
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
    v_terms tallystick.payment_terms := coalesce(tallystick.payment_terms_of(p_payment_terms), '{"type": "age", "days": 30}');
    v_fingerprint bytea := tallystick.request_fingerprint('business', p_name, p_currency, v_terms::text, p_time_zone);
    v_is_new boolean;
    v_earlier record;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF NOT tallystick.time_zone_is_known(p_time_zone) THEN
        outcome := 'time_zone_unknown';
        RETURN;
    END IF;
    INSERT INTO tallystick.businesses (business_id, name, currency, payment_terms, time_zone)
    VALUES (p_business_id, p_name, p_currency, v_terms, p_time_zone)
    ON CONFLICT DO NOTHING;
    v_is_new := FOUND;
    outcome := 'created';
    SELECT present.* INTO business FROM tallystick.businesses AS present WHERE present.business_id = p_business_id;
    IF p_idempotency_key IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO tallystick.creations (business_id, kind, idempotency_key, request_fingerprint, id, created_at)
    VALUES (p_business_id, 'business', p_idempotency_key, v_fingerprint, p_business_id, business.created_at)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO v_earlier FROM tallystick.business_created_with(p_idempotency_key, v_fingerprint);
    IF v_is_new THEN
        -- The key was used before, so this business is not to be.
        DELETE FROM tallystick.businesses AS present WHERE present.business_id = p_business_id;
    END IF;
    outcome := v_earlier.outcome;
    business := v_earlier.business;
    IF outcome = 'replayed' THEN
        -- The same fingerprint: what was asked for then is asked for now.
        business.name := p_name;
        business.currency := p_currency;
        business.payment_terms := v_terms;
        business.time_zone := p_time_zone;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.business_create TO tallystick_app;

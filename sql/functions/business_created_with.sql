-- Purpose: the business that an earlier request with this idempotency key created. The platform's keys are one set over all
-- businesses, so this looks across tenants: it sees the creations of kind 'business' (policy platform_finds_its_keys) and the
-- businesses themselves (policy platform_lists_businesses).
-- Locks: none. Volatile: it must see what was committed while the caller waited for the key.
-- Outcomes: new (nothing yet), replayed (business), key_reused (by a different request).
-- Caller: business_create.
CREATE OR REPLACE FUNCTION tallystick.business_created_with(
    p_idempotency_key text,
    p_fingerprint bytea,
    OUT outcome text,
    OUT business tallystick.businesses
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
    v_earlier record;
BEGIN
    PERFORM set_config('app.platform', 'business_create', true);
    SELECT creation.request_fingerprint, creation.id INTO v_earlier
    FROM tallystick.creations AS creation
    WHERE creation.kind = 'business' AND creation.idempotency_key = p_idempotency_key;
    IF NOT FOUND THEN
        outcome := 'new';
    ELSIF v_earlier.request_fingerprint <> p_fingerprint THEN
        outcome := 'key_reused';
    ELSE
        outcome := 'replayed';
        PERFORM set_config('app.platform', 'business_list', true);
        SELECT present.* INTO business FROM tallystick.businesses AS present WHERE present.business_id = v_earlier.id;
    END IF;
    PERFORM set_config('app.platform', '', true);
END
$$;

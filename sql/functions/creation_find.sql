-- Purpose: what an earlier request with this idempotency key created, of this kind and in this business.
-- Locks: the key, until the transaction ends. So of two requests with one key, the second waits and finds what the first created.
-- Outcomes: new (nothing yet), replayed (id, created_at), key_reused (by a different request).
-- BETWEEN, ORDER BY and enable_sort leave the planner only the index of the keys, as in keys_known.
-- Caller: customer_create, product_create, api_key_create.
CREATE OR REPLACE FUNCTION tallystick.creation_find(
    p_business_id uuid,
    p_kind text,
    p_idempotency_key text,
    p_fingerprint bytea,
    OUT outcome text,
    OUT id uuid,
    OUT created_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_earlier record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(
        ARRAY['tallystick.creations', p_business_id::text, p_kind, p_idempotency_key]::text, 0));
    SELECT creation.request_fingerprint, creation.id, creation.created_at INTO v_earlier
    FROM tallystick.creations AS creation
    WHERE creation.business_id = p_business_id AND creation.kind = p_kind
      AND creation.idempotency_key BETWEEN p_idempotency_key AND p_idempotency_key
    ORDER BY creation.idempotency_key;
    IF NOT FOUND THEN
        outcome := 'new';
    ELSIF v_earlier.request_fingerprint <> p_fingerprint THEN
        outcome := 'key_reused';
    ELSE
        outcome := 'replayed';
        id := v_earlier.id;
        created_at := v_earlier.created_at;
    END IF;
END
$$;

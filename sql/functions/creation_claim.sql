-- Purpose: claim an idempotency key for what is about to be created, or say what an earlier request created with it.
-- Locks: the key's entry in the index. So of two requests with one key, the second waits and finds what the first created.
-- Outcomes: claimed (created_at is the moment to create it at; who then creates nothing must take the row away), replayed (id,
-- created_at), key_reused (by a different request).
-- BETWEEN, ORDER BY and enable_sort leave the planner only the index of the keys, as in keys_known.
-- Caller: customer_create, product_create, api_key_create.
CREATE OR REPLACE FUNCTION tallystick.creation_claim(
    p_business_id uuid,
    p_kind text,
    p_idempotency_key text,
    p_fingerprint bytea,
    p_id uuid,
    OUT outcome text,
    OUT id uuid,
    OUT created_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_earlier record;
BEGIN
    id := p_id;
    created_at := clock_timestamp();
    INSERT INTO tallystick.creations (business_id, kind, idempotency_key, request_fingerprint, id, created_at)
    VALUES (p_business_id, p_kind, p_idempotency_key, p_fingerprint, p_id, creation_claim.created_at)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        outcome := 'claimed';
        RETURN;
    END IF;
    SELECT creation.request_fingerprint, creation.id, creation.created_at INTO v_earlier
    FROM tallystick.creations AS creation
    WHERE creation.business_id = p_business_id AND creation.kind = p_kind
      AND creation.idempotency_key BETWEEN p_idempotency_key AND p_idempotency_key
    ORDER BY creation.idempotency_key;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the memory of the earlier request was deleted at this moment'
            USING ERRCODE = 'serialization_failure', HINT = 'try again';
    END IF;
    IF v_earlier.request_fingerprint <> p_fingerprint THEN
        outcome := 'key_reused';
        RETURN;
    END IF;
    outcome := 'replayed';
    id := v_earlier.id;
    created_at := v_earlier.created_at;
END
$$;

-- Purpose: create a customer, once per idempotency key if there is one. The server makes the id once per request. If a customer
-- with this id exists already, an earlier try of the same request created it, and that customer is the answer.
-- Locks: the key (creation_claim).
-- Outcomes: created, replayed (as it was answered then, whatever has changed since), key_reused,
-- external_id_taken (customer.id is the customer that has the external_id), business_not_found.
-- Caller: db::customers.
CREATE OR REPLACE FUNCTION tallystick.customer_create(
    p_business_id uuid,
    p_id uuid,
    p_name text,
    p_external_id text,
    p_credit_limit bigint,
    p_blocked boolean,
    p_idempotency_key text DEFAULT NULL,
    p_payment_terms jsonb DEFAULT NULL,
    p_overdue_hold_after_days integer DEFAULT NULL,
    OUT outcome text,
    OUT customer tallystick.customer_accounts
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
AS $$
DECLARE
    v_terms tallystick.payment_terms := tallystick.payment_terms_of(p_payment_terms);
    v_created_at timestamptz := clock_timestamp();
    v_claim record;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    -- Lock the view before any table, as migrate does (sql/locks.sql).
    PERFORM FROM tallystick.customer_accounts AS account WHERE false;
    IF NOT EXISTS (SELECT FROM tallystick.businesses AS business WHERE business.business_id = p_business_id) THEN
        outcome := 'business_not_found';
        RETURN;
    END IF;
    IF p_idempotency_key IS NOT NULL THEN
        SELECT * INTO v_claim
        FROM tallystick.creation_claim(
            p_business_id, 'customer', p_idempotency_key,
            tallystick.request_fingerprint(
                'customer', p_name, p_external_id, p_credit_limit::text, p_blocked::text, v_terms::text,
                p_overdue_hold_after_days::text), p_id);
        outcome := v_claim.outcome;
        v_created_at := v_claim.created_at;
        IF outcome = 'replayed' THEN
            -- The same fingerprint: what was asked for then is asked for now.
            customer.business_id := p_business_id;
            customer.id := v_claim.id;
            customer.name := p_name;
            customer.external_id := p_external_id;
            customer.credit_limit := p_credit_limit;
            customer.blocked := p_blocked;
            customer.created_at := v_created_at;
            customer.balance := 0;
            customer.available_credit := p_credit_limit;
            customer.overdue := false;
            customer.payment_terms := v_terms;
            customer.overdue_hold_after_days := p_overdue_hold_after_days;
        END IF;
        IF outcome <> 'claimed' THEN
            RETURN;
        END IF;
    END IF;
    INSERT INTO tallystick.customers (
        business_id, id, name, external_id, credit_limit, blocked, created_at, payment_terms, overdue_hold_after_days)
    VALUES (
        p_business_id, p_id, p_name, p_external_id, p_credit_limit, p_blocked, v_created_at, v_terms, p_overdue_hold_after_days)
    ON CONFLICT DO NOTHING;
    SELECT account.* INTO customer
    FROM tallystick.customer_accounts AS account
    WHERE account.business_id = p_business_id AND account.id BETWEEN p_id AND p_id
    ORDER BY account.id;
    IF FOUND THEN
        outcome := 'created';
        RETURN;
    END IF;
    outcome := 'external_id_taken';
    customer.id := tallystick.customer_by_external_id(p_business_id, p_external_id);
    -- The key of a refused request is free.
    DELETE FROM tallystick.creations AS creation
    WHERE creation.business_id = p_business_id AND creation.kind = 'customer'
      AND creation.idempotency_key = p_idempotency_key;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.customer_create TO tallystick_app;

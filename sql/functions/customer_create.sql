-- Purpose: create a customer. The server makes the id once per request. If a customer with this id exists already, an
-- earlier try of the same request created it, and that customer is the answer.
-- Outcomes: created, external_id_taken (customer.id is the customer that has the external_id), business_not_found.
-- Caller: db::customers.
CREATE OR REPLACE FUNCTION tallystick.customer_create(
    p_business_id uuid,
    p_id uuid,
    p_name text,
    p_external_id text,
    p_credit_limit bigint,
    p_blocked boolean,
    OUT outcome text,
    OUT customer tallystick.customer_accounts
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    -- Lock the view before any table, as migrate does (sql/locks.sql).
    PERFORM FROM tallystick.customer_accounts AS account WHERE false;
    IF NOT EXISTS (SELECT FROM tallystick.businesses AS business WHERE business.business_id = p_business_id) THEN
        outcome := 'business_not_found';
        RETURN;
    END IF;
    INSERT INTO tallystick.customers (business_id, id, name, external_id, credit_limit, blocked)
    VALUES (p_business_id, p_id, p_name, p_external_id, p_credit_limit, p_blocked)
    ON CONFLICT DO NOTHING;
    SELECT account.* INTO customer
    FROM tallystick.customer_accounts AS account
    WHERE account.business_id = p_business_id AND account.id = p_id;
    IF FOUND THEN
        outcome := 'created';
        RETURN;
    END IF;
    outcome := 'external_id_taken';
    customer.id := tallystick.customer_by_external_id(p_business_id, p_external_id);
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.customer_create TO tallystick_app;

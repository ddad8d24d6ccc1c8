-- Purpose: one customer with balance, available credit and overdue. No row if there is none.
CREATE OR REPLACE FUNCTION tallystick.customer_get(p_business_id uuid, p_id uuid)
RETURNS SETOF tallystick.customer_accounts
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT account.*
    FROM tallystick.customer_accounts AS account
    WHERE account.business_id = p_business_id AND account.id = p_id
$$;
GRANT EXECUTE ON FUNCTION tallystick.customer_get TO tallystick_app;

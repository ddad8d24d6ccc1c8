-- Purpose: one customer with balance, available credit and overdue. No row if there is none.
CREATE OR REPLACE FUNCTION tallystick.customer_get(p_business_id uuid, p_id uuid)
RETURNS SETOF tallystick.customer_accounts
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
AS $$
BEGIN
    RETURN QUERY
    SELECT account.*
    FROM tallystick.customer_accounts AS account
    WHERE account.business_id = p_business_id AND account.id BETWEEN p_id AND p_id
    ORDER BY account.id;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.customer_get TO tallystick_app;

-- Purpose: payment terms as they are stored: with every member that a caller may leave out. NULL stays NULL.
-- Fails for what are no payment terms. The server has checked that with better messages; other callers have not.
-- Locks: none.
-- Caller: business_create, customer_create, customer_update, purchase_check_input, purchase_due.
CREATE OR REPLACE FUNCTION tallystick.payment_terms_of(p_terms jsonb) RETURNS tallystick.payment_terms
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_terms ->> 'type' = 'calendar' THEN
        RETURN '{"months": 0, "days": 0, "end_of_month": false, "then_days": 0}'::jsonb || p_terms;
    END IF;
    RETURN p_terms;
END
$$;

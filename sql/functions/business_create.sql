-- Purpose: create a business. The caller makes the id once per request and sets the tenant context to it. If a business with
-- this id exists already, an earlier try of the same request created it, and that business is the answer.
-- Caller: db::businesses, for the platform's route and the command line.
CREATE OR REPLACE FUNCTION tallystick.business_create(
    p_business_id uuid, p_name text, p_currency text, p_overdue_after_days integer
) RETURNS SETOF tallystick.businesses
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    INSERT INTO tallystick.businesses (business_id, name, currency, overdue_after_days)
    VALUES (p_business_id, p_name, p_currency, p_overdue_after_days)
    ON CONFLICT DO NOTHING;
    RETURN QUERY
    SELECT business.* FROM tallystick.businesses AS business WHERE business.business_id = p_business_id;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.business_create TO tallystick_app;

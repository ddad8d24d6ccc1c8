-- Purpose: the context's business. No row if it does not exist.
CREATE OR REPLACE FUNCTION tallystick.business_get(p_business_id uuid) RETURNS SETOF tallystick.businesses
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT business.* FROM tallystick.businesses AS business WHERE business.business_id = p_business_id
$$;
GRANT EXECUTE ON FUNCTION tallystick.business_get TO tallystick_app;

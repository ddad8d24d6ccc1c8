-- Purpose: one order with its lines. No row if there is none.
CREATE OR REPLACE FUNCTION tallystick.order_get(p_business_id uuid, p_id uuid) RETURNS SETOF tallystick.order_records
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT placed.*
    FROM tallystick.order_records AS placed
    WHERE placed.business_id = p_business_id AND placed.id = p_id
$$;
GRANT EXECUTE ON FUNCTION tallystick.order_get TO tallystick_app;

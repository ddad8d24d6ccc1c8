-- Purpose: raise an error if the business is not the one of the tenant context, or if the session has JWT claims and they lack
-- the scope `write`. The server sets no claims, and has checked the scope of its caller itself.
-- Caller: every SECURITY DEFINER function that works for a business, first of all. They are the functions that write.
CREATE OR REPLACE FUNCTION tallystick.require_context(p_business_id uuid) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_business_id IS NULL OR p_business_id IS DISTINCT FROM tallystick.context_business_id() THEN
        RAISE EXCEPTION 'the business is not the one of the current context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF nullif(current_setting('request.jwt.claims', true), '') IS NOT NULL AND NOT tallystick.claims_allow('write') THEN
        RAISE EXCEPTION 'the claims lack the scope write' USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

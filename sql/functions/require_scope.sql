-- Purpose: raise an error if the session has JWT claims and they lack a scope. The server sets no claims, and has checked the scopes of
-- its caller itself. require_context checks the scope `write` in the same way.
-- Caller: purchase_batch, for the scope `price`.
CREATE OR REPLACE FUNCTION tallystick.require_scope(p_scope text) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF nullif(current_setting('request.jwt.claims', true), '') IS NOT NULL AND NOT tallystick.claims_allow(p_scope) THEN
        RAISE EXCEPTION 'the claims lack the scope %', p_scope USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

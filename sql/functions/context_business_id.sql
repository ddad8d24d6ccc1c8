-- Purpose: the tenant context: the one business that the current statement may see. NULL means no rows and no writes.
--
-- Members of tallystick_app (the server's role) and the owner name the business in app.business_id, for one transaction.
-- Every other role, such as Supabase's authenticated, is bound to its JWT claims; for it, app.business_id has no effect.
-- A value that is not a UUID is no context.
-- Who reads tables by claims needs their scope `read`. A SECURITY DEFINER function reads for its caller as tallystick_owner, and
-- has checked the scope that it needs (require_context).
-- PARALLEL UNSAFE, because claims_business_id is.
-- Caller: every row level security policy; require_context.
CREATE OR REPLACE FUNCTION tallystick.context_business_id() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_named text := current_setting('app.business_id', true);
    -- The caller's role. In a SECURITY DEFINER function, current_user would be the owner.
    v_role text := current_setting('role');
BEGIN
    -- After the transaction that set it, the setting reads '' and not NULL.
    IF v_named <> '' THEN
        IF v_role = 'none' THEN
            v_role := session_user;
        END IF;
        IF pg_has_role(v_role, 'tallystick_app', 'MEMBER') OR pg_has_role(v_role, 'tallystick_owner', 'MEMBER') THEN
            -- A UUID: 32 hexadecimal digits, and nothing else but the four hyphens. A regular expression would cost a third more, and
            -- every statement on a table asks.
            IF v_named LIKE '________-____-____-____-____________' AND translate(v_named, '0123456789abcdefABCDEF', '') = '----' THEN
                RETURN v_named::uuid;
            END IF;
            RETURN NULL;
        END IF;
    END IF;
    IF current_user <> 'tallystick_owner' AND NOT tallystick.claims_allow('read') THEN
        RETURN NULL;
    END IF;
    RETURN tallystick.claims_business_id();
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.context_business_id TO tallystick_app;

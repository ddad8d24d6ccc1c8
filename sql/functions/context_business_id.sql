-- Purpose: the tenant context: the one business that the current statement may see. NULL means no rows and no writes.
--
-- Members of tallystick_app (the server's role) and the owner name the business in app.business_id, for one transaction.
-- Every other role, such as Supabase's authenticated, is bound to its JWT claims; for it, app.business_id has no effect.
-- A value that is not a UUID is no context.
-- Who reads tables by claims needs their scope `read`. A SECURITY DEFINER function reads for its caller as tallystick_owner, and
-- has checked the scope that it needs (require_context).
-- PARALLEL UNSAFE, because claims_business_id is.
-- Every statement on a table asks it, and setting search_path took 5 % of a purchase's instructions in PostgreSQL. So alone among the
-- functions that others may execute it sets none, and names every type, function and operator with its schema.
-- Caller: every row level security policy; require_context.
CREATE OR REPLACE FUNCTION tallystick.context_business_id() RETURNS pg_catalog.uuid
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
AS $$
DECLARE
    v_named pg_catalog.text := pg_catalog.current_setting('app.business_id', true);
    -- The caller's role. In a SECURITY DEFINER function, current_user would be the owner.
    v_role pg_catalog.text := pg_catalog.current_setting('role');
BEGIN
    -- After the transaction that set it, the setting reads '' and not NULL.
    IF v_named OPERATOR(pg_catalog.<>) '' THEN
        IF v_role OPERATOR(pg_catalog.=) 'none' THEN
            v_role := session_user;
        END IF;
        IF pg_catalog.pg_has_role(v_role, 'tallystick_app', 'MEMBER') OR pg_catalog.pg_has_role(v_role, 'tallystick_owner', 'MEMBER') THEN
            -- A UUID: 32 hexadecimal digits, and nothing else but the four hyphens. A regular expression would cost a third more, and
            -- every statement on a table asks.
            IF v_named OPERATOR(pg_catalog.~~) '________-____-____-____-____________'
                AND pg_catalog.translate(v_named, '0123456789abcdefABCDEF', '') OPERATOR(pg_catalog.=) '----' THEN
                RETURN v_named::pg_catalog.uuid;
            END IF;
            RETURN NULL;
        END IF;
    END IF;
    IF current_user OPERATOR(pg_catalog.<>) 'tallystick_owner' AND NOT tallystick.claims_allow('read') THEN
        RETURN NULL;
    END IF;
    RETURN tallystick.claims_business_id();
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.context_business_id TO tallystick_app;

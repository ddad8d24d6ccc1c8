-- Purpose: the business that the current statement may see, or NULL: no rows, no writes.
-- Caller: every row level security policy; require_context.
--
-- The server's role (a member of tallystick_app) and the owner name it in app.business_id, for one transaction.
-- Any other role, such as Supabase's authenticated, is bound to its JWT claims, and setting app.business_id gains it
-- nothing. A value that is not a UUID is no context. Not for parallel plans, as claims_business_id is not.
CREATE OR REPLACE FUNCTION tallystick.context_business_id() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_named text := current_setting('app.business_id', true);
    -- Who asks: inside a definer function too, where current_user is the owner.
    v_role text := current_setting('role');
BEGIN
    -- After a transaction that set it, the setting reads '' and not NULL.
    IF v_named <> '' THEN
        IF v_role = 'none' THEN
            v_role := session_user;
        END IF;
        IF pg_has_role(v_role, 'tallystick_app', 'MEMBER') OR pg_has_role(v_role, 'tallystick_owner', 'MEMBER') THEN
            IF v_named ~ '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$' THEN
                RETURN v_named::uuid;
            END IF;
            RETURN NULL;
        END IF;
    END IF;
    RETURN tallystick.claims_business_id();
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.context_business_id TO tallystick_app;

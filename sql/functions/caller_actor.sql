-- Purpose: who asks for a change, for the records: sub:<subject> of a token, or key:<id> of an API key.
-- The server knows it and says it. A Supabase user who calls by RPC cannot choose: the claims say it. Claims without a subject are
-- `sub:`. If nobody says it (the command line, a session of psql), it is role:<the role of the session>.
-- Nothing is cut to the 300 characters of the tables' constraints: two subjects would then look like one.
-- Caller: every function that writes a fact.
CREATE OR REPLACE FUNCTION tallystick.caller_actor(p_actor text) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_claims text := nullif(current_setting('request.jwt.claims', true), '');
BEGIN
    IF v_claims IS NOT NULL THEN
        RETURN 'sub:' || coalesce(v_claims::jsonb ->> 'sub', '');
    END IF;
    RETURN coalesce(p_actor, 'role:' || session_user);
END
$$;

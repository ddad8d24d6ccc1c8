-- Purpose: the business in the JWT claims, as PostgREST and Supabase set them. NULL if there is none.
--
-- The claim is business_id, at the top level or under app_metadata, which users cannot edit. user_metadata is never read,
-- because users can edit it. Claims that name two different businesses name none; the server refuses such a token.
-- PARALLEL UNSAFE: catching an exception needs a subtransaction, and PostgreSQL allows none in a parallel worker.
-- Caller: context_business_id.
CREATE OR REPLACE FUNCTION tallystick.claims_business_id() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := current_setting('request.jwt.claims', true);
    v_claims jsonb;
    v_top uuid;
    v_nested uuid;
BEGIN
    IF v_text IS NULL OR v_text = '' THEN
        RETURN NULL;
    END IF;
    v_claims := v_text::jsonb;
    v_top := (v_claims ->> 'business_id')::uuid;
    v_nested := (v_claims -> 'app_metadata' ->> 'business_id')::uuid;
    IF v_top <> v_nested THEN
        RETURN NULL;
    END IF;
    RETURN coalesce(v_top, v_nested);
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    -- Claims that are malformed or nested too deeply are no context. No error, because its text would quote them.
    RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.claims_business_id TO tallystick_app;

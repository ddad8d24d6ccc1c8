-- Purpose: whether the JWT claims allow a scope: `read`, `write`, `price` or `adjust`. The server decides by the same rule
-- (src/auth/scope_claims.rs).
--
-- The claims scope, scopes and scp count, at the top level and under app_metadata, which users cannot edit. Each is a text of
-- names with spaces between them, or a list of names. A claim in which no name contains one of our four, whatever their case, says
-- nothing of our scopes (`openid profile email`): it is as if it were not there. Any other allows the scopes that it names, and
-- several allow what each of them allows. Without any, `read` and `write` are allowed; whoever sets prices or adjusts accounts has
-- a claim that says so. A claim of another form allows nothing.
-- PARALLEL UNSAFE, as claims_business_id.
-- Caller: require_context, require_scope, context_business_id.
CREATE OR REPLACE FUNCTION tallystick.claims_allow(p_scope text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claims jsonb;
    v_claim jsonb;
    v_names text[];
    v_is_allowed boolean := p_scope IN ('read', 'write');
BEGIN
    v_claims := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
    FOREACH v_claim IN ARRAY ARRAY[
        v_claims -> 'scope', v_claims -> 'scopes', v_claims -> 'scp',
        v_claims -> 'app_metadata' -> 'scope', v_claims -> 'app_metadata' -> 'scopes', v_claims -> 'app_metadata' -> 'scp'
    ] LOOP
        CASE coalesce(jsonb_typeof(v_claim), 'null')
            WHEN 'null' THEN
                CONTINUE;
            WHEN 'string' THEN
                v_names := string_to_array(v_claim #>> '{}', ' ');
            WHEN 'array' THEN
                IF jsonb_path_exists(v_claim, 'strict $[*] ? (@.type() != "string")') THEN
                    RETURN false;
                END IF;
                v_names := ARRAY(SELECT jsonb_array_elements_text(v_claim));
            ELSE
                RETURN false;
        END CASE;
        IF v_names::text ~* '(read|write|price|adjust)' COLLATE "C" THEN
            IF p_scope <> ALL (v_names) THEN
                RETURN false;
            END IF;
            v_is_allowed := true;
        END IF;
    END LOOP;
    RETURN v_is_allowed;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    -- Claims that are malformed or nested too deeply allow nothing. No error, because its text would quote them.
    RETURN false;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.claims_allow TO tallystick_app;

-- Purpose: what a request asked for, as 32 bytes, to tell a retry from another request under the same idempotency key.
-- An array's text form quotes its elements, so different requests have different forms.
-- In PL/pgSQL because PostgreSQL, before 18, parses and plans a function in SQL anew at every call that it cannot inline.
CREATE OR REPLACE FUNCTION tallystick.request_fingerprint(VARIADIC p_parts text[]) RETURNS bytea
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN sha256(convert_to(p_parts::text, 'UTF8'));
END
$$;

-- Purpose: a hash of what a request asks for. It tells a retry from another request with the same idempotency key.
-- The text form of an array quotes its elements, so different requests have different texts.
-- In PL/pgSQL, because PostgreSQL before 18 parses and plans a function in SQL again at every call that it cannot inline.
CREATE OR REPLACE FUNCTION tallystick.request_fingerprint(VARIADIC p_parts text[]) RETURNS bytea
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN sha256(convert_to(p_parts::text, 'UTF8'));
END
$$;

-- Purpose: what a request asked for, as 32 bytes, to tell a retry from another request under the same idempotency key.
-- An array's text form quotes its elements, so different requests have different forms.
CREATE OR REPLACE FUNCTION tallystick.request_fingerprint(VARIADIC p_parts text[]) RETURNS bytea
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(convert_to(p_parts::text, 'UTF8'))
$$;

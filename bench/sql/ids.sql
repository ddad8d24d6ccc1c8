-- Ids that the load can work out from a number, so that it need not ask for them: see `ids.rs`.
CREATE OR REPLACE FUNCTION pg_temp.id(p_kind text, p_number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('00000' || p_kind || '-0000-7000-8000-' || lpad(p_number::text, 12, '0'))::uuid
$$;

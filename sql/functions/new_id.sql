-- Purpose: a UUIDv7, for callers that bring no id. PostgreSQL has a function for that from version 18 on only.
-- The 12 bits after the version count 1/4096 of a millisecond, so the ids of one database sort by time.
CREATE OR REPLACE FUNCTION tallystick.new_id() RETURNS uuid
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_microseconds bigint := floor(extract(epoch FROM clock_timestamp()) * 1000000);
    v_time bigint := v_microseconds / 1000;
    v_fraction bigint := (v_microseconds % 1000) * 4096 / 1000;
BEGIN
    RETURN (lpad(to_hex(v_time), 12, '0') || to_hex(28672 + v_fraction)
            || right(overlay(replace(gen_random_uuid()::text, '-', '') PLACING '8' FROM 17 FOR 1), 16))::uuid;
END
$$;

-- Purpose: whether the tz database of this PostgreSQL has a time zone by exactly this name. PostgreSQL itself computes with many
-- other texts: UTC+3, Foo/Bar4, europe/berlin.
-- Locks: none.
-- Caller: business_create, business_time_zone_is_known.
CREATE OR REPLACE FUNCTION tallystick.time_zone_is_known(p_name text) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    -- Not for UTC: it takes PostgreSQL milliseconds to list the places, because it reads a file for each.
    RETURN p_name = 'UTC' OR EXISTS (SELECT FROM pg_timezone_names AS zone WHERE zone.name = p_name);
END
$$;

-- Purpose: refuse a business whose time zone this PostgreSQL does not know. A zone that it knew once may stay.
-- Locks: none.
-- Caller: the trigger of the same name.
CREATE OR REPLACE FUNCTION tallystick.business_time_zone_is_known() RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT tallystick.time_zone_is_known(NEW.time_zone) THEN
        RAISE EXCEPTION 'the time zone % is not UTC, nor a place of the tz database', NEW.time_zone
            USING ERRCODE = 'check_violation', SCHEMA = 'tallystick', TABLE = 'businesses',
                  CONSTRAINT = 'business_time_zone_is_known';
    END IF;
    RETURN NEW;
END
$$;

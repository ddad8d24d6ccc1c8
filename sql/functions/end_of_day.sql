-- Purpose: the moment at which a day is over in a time zone: the first of the next day, whatever the clocks do that night.
-- A day may begin at 01:00, where clocks skip midnight; the next day may be the one after next, where a zone left out a day.
-- Locks: none.
-- Caller: due_by_terms, purchase_due.
CREATE OR REPLACE FUNCTION tallystick.end_of_day(p_day date, p_time_zone text) RETURNS timestamptz
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    -- Midnight. Where clocks showed it twice, PostgreSQL takes the second time.
    v_over timestamptz := (p_day + 1)::timestamp AT TIME ZONE p_time_zone;
    v_not_over timestamptz;
    v_between timestamptz;
BEGIN
    IF ((v_over - interval '1 microsecond') AT TIME ZONE p_time_zone)::date <= p_day THEN
        RETURN v_over;
    END IF;
    -- The day was over before. Halve the time in which that happened until it is a microsecond.
    v_not_over := v_over - interval '25 hours';
    WHILE v_over - v_not_over > interval '1 microsecond' LOOP
        v_between := v_not_over + (v_over - v_not_over) / 2;
        IF (v_between AT TIME ZONE p_time_zone)::date <= p_day THEN
            v_not_over := v_between;
        ELSE
            v_over := v_between;
        END IF;
    END LOOP;
    RETURN v_over;
END
$$;

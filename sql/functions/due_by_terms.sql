-- Purpose: when a charge is due by payment terms (see the domain payment_terms).
-- By age: so many times 24 hours after the charge, and on no day in particular. By calendar: on due_date, until that day is over
-- in the time zone of the business. What is due today is not overdue today.
-- Locks: none.
-- Caller: purchase_due, for calendar terms and for terms that a purchase brings. All others are added up in purchase_batch.
CREATE OR REPLACE FUNCTION tallystick.due_by_terms(
    p_terms jsonb, p_time_zone text, p_charged_at timestamptz, OUT due_at timestamptz, OUT due_date date
)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF p_terms ->> 'type' = 'age' THEN
        due_at := p_charged_at + make_interval(hours => 24 * (p_terms ->> 'days')::integer);
        RETURN;
    END IF;
    -- A month has no day 31: then it is the last that it has.
    due_date := (p_charged_at AT TIME ZONE p_time_zone)::date + make_interval(months => (p_terms ->> 'months')::integer);
    due_date := due_date + (p_terms ->> 'days')::integer;
    IF (p_terms ->> 'end_of_month')::boolean THEN
        due_date := date_trunc('month', due_date::timestamp) + interval '1 month - 1 day';
        due_date := due_date + (p_terms ->> 'then_days')::integer;
    END IF;
    due_at := tallystick.end_of_day(due_date, p_time_zone);
END
$$;

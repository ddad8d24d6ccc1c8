-- Purpose: payment terms as they are stored: with every member that a caller may leave out. NULL stays NULL.
-- Fails if they are no payment terms. The server has checked that with better messages; other callers have not.
-- Locks: none.
-- Caller: business_create, customer_create, customer_update, purchase_check_options, purchase_due.
CREATE OR REPLACE FUNCTION tallystick.payment_terms_of(p_terms jsonb) RETURNS tallystick.payment_terms
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    v_defaults constant jsonb := '{"months": 0, "days": 0, "end_of_month": false, "then_days": 0}';
    v_terms tallystick.payment_terms;
BEGIN
    IF p_terms IS NULL THEN
        RETURN NULL;
    END IF;
    BEGIN
        v_terms := CASE p_terms ->> 'type' WHEN 'calendar' THEN v_defaults || p_terms ELSE p_terms END;
    EXCEPTION WHEN check_violation THEN
        RAISE EXCEPTION 'payment terms have type "age" and days, or type "calendar" and any of months, days, end_of_month, then_days'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Months are 0 to 120, days are 0 to 3650. then_days count from the end of the month: end_of_month is true.';
    END;
    RETURN v_terms;
END
$$;

-- Purpose: what is wrong with what a purchase says of when it is due. It has one of these members:
--
--   payment_terms   terms instead of the customer's (payment_terms_of)
--   due_date        a day like "2026-01-31", in the years 1 to 9998
--   due_at          a time with an offset like "2026-01-31T12:00:00Z", in the years 1 to 9998
--
-- Whether it is too early, purchase_due says when the purchase is made.
-- Locks: none.
-- Returns what is wrong, or NULL. Fails if the terms are none, or if no calendar has the day.
-- Caller: purchase_check_options.
CREATE OR REPLACE FUNCTION tallystick.purchase_check_due(p_options jsonb) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_day constant text := '[0-9]{4}-[0-9]{2}-[0-9]{2}';
    v_time constant text := '[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})';
BEGIN
    RETURN CASE
        WHEN (p_options ? 'payment_terms')::integer + (p_options ? 'due_date')::integer + (p_options ? 'due_at')::integer > 1
            THEN 'a purchase has one of payment_terms, due_date and due_at'
        WHEN p_options ? 'payment_terms' AND tallystick.payment_terms_of(p_options -> 'payment_terms') IS NULL
            THEN 'payment_terms are terms'
        WHEN (p_options -> 'due_date')::text !~ ('^"' || v_day || '"$')
            THEN 'due_date is a day like 2026-01-31'
        WHEN (p_options ->> 'due_date')::date > '9998-12-31'
            THEN 'due_date is in the years 1 to 9998'
        WHEN (p_options -> 'due_at')::text !~ ('^"' || v_day || 'T' || v_time || '"$')
            THEN 'due_at is a time with an offset like 2026-01-31T12:00:00Z'
        WHEN (p_options ->> 'due_at')::timestamptz >= '9999-01-01 00:00Z'
            THEN 'due_at is in the years 1 to 9998'
    END;
END
$$;

-- Purpose: when the days p_from to p_to begin and end in the business's time zone, and whether a statement of a customer's account
-- over them is final: nothing can be written into them any more. An entry is never earlier than the one before it. So they are over
-- for the customer if an entry was written after them. Otherwise they are over if the clock says so while nobody else holds the
-- customer's row: whoever gets the row later takes the time later. Clocks are corrected by a little now and then, so the days count as
-- over when a minute has passed since.
-- What statement_get and statement_line_list read in a statement after this one is then all that there will ever be.
-- Locks: the customer's row, only if no entry was written after the days, and they are over. If another transaction holds the row,
-- p_held 'wait' waits for it; 'pass over all' does nothing then.
-- Outcomes: customer_held (passed over, nothing is decided: ask again), final, open, customer_not_found.
-- Caller: db::statements.
CREATE OR REPLACE FUNCTION tallystick.statement_period(
    p_business_id uuid,
    p_customer_id uuid,
    p_from date,
    p_to date,
    p_held text DEFAULT 'wait',
    OUT outcome text,
    OUT period_start timestamptz,
    OUT period_end timestamptz
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_time_zone text;
    v_last_at timestamptz;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF (p_from <= p_to) IS NOT TRUE THEN
        RAISE EXCEPTION 'a period ends on the day on which it begins, or later' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id;
    IF NOT FOUND THEN
        outcome := 'customer_not_found';
        RETURN;
    END IF;
    SELECT business.time_zone INTO v_time_zone
    FROM tallystick.businesses AS business
    WHERE business.business_id = p_business_id;
    -- A day begins when the day before it is over. So periods that follow each other have no gap between them.
    period_start := tallystick.end_of_day(p_from - 1, v_time_zone);
    period_end := tallystick.end_of_day(p_to, v_time_zone);

    SELECT entry.created_at INTO v_last_at
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
    ORDER BY entry.charged_total DESC, entry.entry_no DESC
    LIMIT 1;
    IF v_last_at >= period_end THEN
        outcome := 'final';
        RETURN;
    END IF;
    IF clock_timestamp() < period_end + interval '1 minute' THEN
        outcome := 'open';
        RETURN;
    END IF;
    IF p_held <> 'wait' AND tallystick.customer_is_held(p_business_id, p_customer_id) THEN
        outcome := 'customer_held';
        RETURN;
    END IF;
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id
    FOR NO KEY UPDATE;
    outcome := 'final';
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.statement_period TO tallystick_app;

-- Purpose: when a purchase is due, if that is more than an age of days: by what it brings itself (due_at, due_date or
-- payment_terms of its options), else by the customer's terms.
-- is_too_early: the due time or day that it brings was over before the purchase was made. A time may be that of the purchase, and a
-- day that of the purchase.
-- Locks: none.
-- Caller: purchase_batch.
CREATE OR REPLACE FUNCTION tallystick.purchase_due(
    p_account tallystick.ledger_account,
    p_options jsonb,
    p_charged_at timestamptz,
    OUT due_at timestamptz,
    OUT due_date date,
    OUT is_too_early boolean
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_terms jsonb := coalesce(tallystick.payment_terms_of(p_options -> 'payment_terms'), p_account.payment_terms);
BEGIN
    IF p_options ? 'due_at' THEN
        due_at := p_options ->> 'due_at';
        is_too_early := due_at < p_charged_at;
    ELSIF p_options ? 'due_date' THEN
        due_date := p_options ->> 'due_date';
        due_at := tallystick.end_of_day(due_date, p_account.time_zone);
        is_too_early := due_at <= p_charged_at;
    ELSE
        SELECT * INTO due_at, due_date FROM tallystick.due_by_terms(v_terms, p_account.time_zone, p_charged_at);
    END IF;
END
$$;

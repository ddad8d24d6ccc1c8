-- Purpose: how old the debt is that p_entry, an entry of a customer's ledger, leaves: what is open of the charges that are not due
-- at p_at, and of those that have been due since then for 1 to 30, 31 to 60, 61 to 90 and more than 90 days of 24 hours. A day
-- that has begun counts: a charge that fell due a microsecond before p_at is due for 1 day, and one that fell due exactly 30 days
-- before for 30. A charge that falls due exactly at p_at is not due yet. The amounts add up to the balance, or to 0 for a customer in credit.
-- Locks: none.
-- Caller: customer_aging and business_aging, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.ledger_aging(
    p_entry tallystick.credit_ledger,
    p_at timestamptz,
    OUT not_due bigint,
    OUT days_1_to_30 bigint,
    OUT days_31_to_60 bigint,
    OUT days_61_to_90 bigint,
    OUT over_90_days bigint
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_due constant bigint := tallystick.ledger_open_before(p_entry, p_at);
    v_due_for_30 constant bigint := tallystick.ledger_open_before(p_entry, p_at - interval '720 hours');
    v_due_for_60 constant bigint := tallystick.ledger_open_before(p_entry, p_at - interval '1440 hours');
BEGIN
    over_90_days := tallystick.ledger_open_before(p_entry, p_at - interval '2160 hours');
    days_61_to_90 := v_due_for_60 - over_90_days;
    days_31_to_60 := v_due_for_30 - v_due_for_60;
    days_1_to_30 := v_due - v_due_for_30;
    not_due := greatest(coalesce(p_entry.balance_after, 0), 0) - v_due;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.ledger_aging TO tallystick_app;

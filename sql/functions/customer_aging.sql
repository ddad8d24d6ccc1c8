-- Purpose: how old a customer's debt is: the balance, and how much of it is due for how many days (see ledger_aging); as of p_as_of,
-- or now if it is NULL. What was written at p_as_of counts. No row if there is no such customer.
-- Locks: none.
-- Caller: db::aging.
CREATE OR REPLACE FUNCTION tallystick.customer_aging(p_business_id uuid, p_customer_id uuid, p_as_of timestamptz DEFAULT NULL)
RETURNS TABLE (
    as_of timestamptz, balance bigint, not_due bigint, days_1_to_30 bigint, days_31_to_60 bigint, days_61_to_90 bigint,
    over_90_days bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_entry tallystick.credit_ledger;
BEGIN
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    v_entry := tallystick.ledger_entry_as_of(p_business_id, p_customer_id, p_as_of);
    as_of := coalesce(p_as_of, now());
    balance := coalesce(v_entry.balance_after, 0);
    SELECT aging.* INTO not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days
    FROM tallystick.ledger_aging(v_entry, as_of) AS aging;
    RETURN NEXT;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.customer_aging TO tallystick_app;

-- Purpose: whether another transaction holds a customer's row. If none does, this one holds it from now on.
-- BETWEEN and ORDER BY leave the planner only the index of the ids, as in keys_known.
-- Locks: the customer's row, unless it is held; it never waits.
-- Returns false for a customer that does not exist.
-- Volatile: the second statement must see what was committed since the first.
-- Caller: payment_record, customer_update.
CREATE OR REPLACE FUNCTION tallystick.customer_is_held(p_business_id uuid, p_customer_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
BEGIN
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id
    FOR NO KEY UPDATE SKIP LOCKED;
    IF FOUND THEN
        RETURN false;
    END IF;
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id;
    RETURN FOUND;
END
$$;

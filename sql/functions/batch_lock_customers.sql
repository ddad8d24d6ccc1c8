-- Purpose: lock the customers of a batch of purchases.
-- Locks: the customers' rows, in id order. With p_held 'wait' it waits for a row that another transaction holds; otherwise
-- it passes over that row.
-- Returns the ids that it locked, or NULL if it locked all of them.
-- Reads nothing that a purchase is decided by: what a locking statement reads can be older than the lock.
-- Caller: purchase_batch, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.batch_lock_customers(p_business_id uuid, p_customer_ids uuid[], p_held text)
RETURNS uuid[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_locked_ids uuid[];
BEGIN
    IF p_held = 'wait' THEN
        PERFORM FROM tallystick.customers AS customer
        WHERE customer.business_id = p_business_id AND customer.id = ANY (p_customer_ids)
        ORDER BY customer.id
        FOR NO KEY UPDATE;
        RETURN NULL;
    END IF;

    v_locked_ids := ARRAY(
        SELECT customer.id FROM tallystick.customers AS customer
        WHERE customer.business_id = p_business_id AND customer.id = ANY (p_customer_ids)
        ORDER BY customer.id
        FOR NO KEY UPDATE SKIP LOCKED);
    IF cardinality(v_locked_ids) = cardinality(p_customer_ids) THEN
        RETURN NULL;
    END IF;
    RETURN v_locked_ids;
END
$$;

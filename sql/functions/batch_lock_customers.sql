-- Purpose: lock the customers of a batch of purchases.
-- Locks: the customers' rows, in the order of p_customer_ids, which is id order. With p_held 'wait' it waits for a row that
-- another transaction holds; otherwise it passes over that row.
-- Returns the ids that it locked, or NULL if it locked all of them.
-- Reads nothing that a purchase is decided by: what a locking statement reads can be older than the lock.
-- Caller: purchase_batch, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.batch_lock_customers(p_business_id uuid, p_customer_ids uuid[], p_held text)
RETURNS uuid[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_locked_ids uuid[];
BEGIN
    IF p_held = 'wait' THEN
        PERFORM FROM unnest(p_customer_ids) AS asked (id), LATERAL (
            SELECT FROM tallystick.customers AS customer
            WHERE customer.business_id = p_business_id AND customer.id BETWEEN asked.id AND asked.id
            ORDER BY customer.id
            FOR NO KEY UPDATE
        ) AS locked;
        RETURN NULL;
    END IF;

    v_locked_ids := ARRAY(
        SELECT locked.id FROM unnest(p_customer_ids) AS asked (id), LATERAL (
            SELECT customer.id FROM tallystick.customers AS customer
            WHERE customer.business_id = p_business_id AND customer.id BETWEEN asked.id AND asked.id
            ORDER BY customer.id
            FOR NO KEY UPDATE SKIP LOCKED
        ) AS locked);
    IF cardinality(v_locked_ids) = cardinality(p_customer_ids) THEN
        RETURN NULL;
    END IF;
    RETURN v_locked_ids;
END
$$;

-- Purpose: lock the products of a batch of purchases.
-- Locks: the products' rows, in the order of p_product_ids, which is id order. With p_held 'pass over all' it passes over a row
-- that another transaction holds; otherwise it waits for that row.
-- Returns the ids that it locked, or NULL if it locked all of them.
-- Reads nothing that a purchase is decided by: what a locking statement reads can be older than the lock.
-- Caller: purchase_batch, which holds the customers' locks. Its plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.batch_lock_products(p_business_id uuid, p_product_ids uuid[], p_held text)
RETURNS uuid[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_locked_ids uuid[];
BEGIN
    IF p_held <> 'pass over all' THEN
        PERFORM FROM unnest(p_product_ids) AS asked (id), LATERAL (
            SELECT FROM tallystick.products AS product
            WHERE product.business_id = p_business_id AND product.id BETWEEN asked.id AND asked.id
            ORDER BY product.id
            FOR NO KEY UPDATE
        ) AS locked;
        RETURN NULL;
    END IF;

    v_locked_ids := ARRAY(
        SELECT locked.id FROM unnest(p_product_ids) AS asked (id), LATERAL (
            SELECT product.id FROM tallystick.products AS product
            WHERE product.business_id = p_business_id AND product.id BETWEEN asked.id AND asked.id
            ORDER BY product.id
            FOR NO KEY UPDATE SKIP LOCKED
        ) AS locked);
    IF cardinality(v_locked_ids) = cardinality(p_product_ids) THEN
        RETURN NULL;
    END IF;
    RETURN v_locked_ids;
END
$$;

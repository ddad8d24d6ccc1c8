-- Purpose: write the accepted purchases of a batch: stock, orders, their lines and the ledger entries.
-- One statement writes everything, because the constraints between the tables are checked at its end.
-- Locks: the caller holds the locks on the customers and products. A new idempotency key waits for any other transaction
-- that has just stored the same key.
-- Returns how many purchases it wrote.
-- Fails with a unique violation if a key is stored already. Then nothing of the batch happens.
-- Caller: purchase_batch, whose plan settings apply. They and BETWEEN are explained there.
CREATE OR REPLACE FUNCTION tallystick.batch_write(
    p_business_id uuid,
    p_entries tallystick.credit_ledger[],
    p_items tallystick.order_items[],
    p_product_ids uuid[],
    p_available_before bigint[],
    p_available_after bigint[]
) RETURNS integer
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_written integer;
BEGIN
    WITH taken AS (
        UPDATE tallystick.products AS product
        -- What the stock does not have is owed: it is backordered.
        SET stock = greatest(product.stock - shelf.taken, 0),
            backordered = product.backordered + greatest(shelf.taken - product.stock, 0)
        FROM (
            SELECT shelf.before - shelf.after AS taken, locked.place
            FROM unnest(p_product_ids, p_available_before, p_available_after) AS shelf (product_id, before, after),
                 LATERAL (
                     SELECT locked.ctid AS place
                     FROM tallystick.products AS locked
                     WHERE locked.business_id = p_business_id AND locked.id BETWEEN shelf.product_id AND shelf.product_id
                     ORDER BY locked.id
                     LIMIT 1
                 ) AS locked
            WHERE shelf.before > shelf.after
        ) AS shelf
        -- The place of a locked row does not change.
        WHERE product.business_id = p_business_id AND product.ctid = shelf.place
    ), placed AS (
        INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
        SELECT p_business_id, entry.id, entry.customer_id, entry.amount, entry.created_at
        FROM unnest(p_entries) AS entry
    ), lines AS (
        INSERT INTO tallystick.order_items
        SELECT item.* FROM unnest(p_items) AS item
    )
    INSERT INTO tallystick.credit_ledger (
        business_id, customer_id, entry_no, id, amount, balance_after, charged_total, allocated_total, ahead_total, held_total,
        due_at, due_run_from, created_at, credit_limit, authorized_limit, due_date, kind, idempotency_key, request_fingerprint,
        details_digest, entry_hash, actor)
    SELECT
        p_business_id, entry.customer_id, entry.entry_no, entry.id, entry.amount, entry.balance_after, entry.charged_total,
        entry.allocated_total, entry.ahead_total, entry.held_total, entry.due_at, entry.due_run_from, entry.created_at,
        entry.credit_limit, entry.authorized_limit, entry.due_date, entry.kind, entry.idempotency_key, entry.request_fingerprint,
        entry.details_digest, entry.entry_hash, entry.actor
    FROM unnest(p_entries) AS entry
    -- In key order, so that two batches with the same keys queue instead of deadlocking.
    ORDER BY entry.idempotency_key COLLATE "C";
    GET DIAGNOSTICS v_written = ROW_COUNT;
    RETURN v_written;
END
$$;

-- Purpose: write the accepted purchases of a batch: stock, orders, their lines and the ledger entries.
-- One statement writes everything, because the constraints between the tables are checked at its end.
-- Locks: the caller holds the locks on the customers and products. A new idempotency key waits for any other transaction
-- that has just stored the same key.
-- Returns how many purchases it wrote.
-- Fails with a unique violation if a key is stored already. Then nothing of the batch happens.
-- Caller: purchase_batch, whose plan settings apply. They and BETWEEN are explained there.
CREATE OR REPLACE FUNCTION tallystick.batch_write(
    p_business_id uuid,
    p_charges tallystick.batch_charge[],
    p_product_ids uuid[],
    p_stocks_before bigint[],
    p_stocks_after bigint[],
    p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_written integer;
BEGIN
    WITH taken AS (
        UPDATE tallystick.products AS product
        SET stock = product.stock - shelf.taken
        FROM (
            SELECT shelf.stock_before - shelf.stock_after AS taken, locked.place
            FROM unnest(p_product_ids, p_stocks_before, p_stocks_after) AS shelf (product_id, stock_before, stock_after),
                 LATERAL (
                     SELECT locked.ctid AS place
                     FROM tallystick.products AS locked
                     WHERE locked.business_id = p_business_id AND locked.id BETWEEN shelf.product_id AND shelf.product_id
                     ORDER BY locked.id
                     LIMIT 1
                 ) AS locked
            WHERE shelf.stock_before > shelf.stock_after
        ) AS shelf
        -- The place of a locked row does not change.
        WHERE product.business_id = p_business_id AND product.ctid = shelf.place
    ), placed AS (
        INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
        SELECT p_business_id, charge.order_id, charge.customer_id, charge.total, p_now
        FROM unnest(p_charges) AS charge
    ), lines AS (
        INSERT INTO tallystick.order_items (business_id, order_id, line_no, product_id, quantity, unit_price, line_total)
        SELECT p_business_id, line.order_id, line.line_no, line.product_id, line.quantity, line.unit_price,
               line.quantity * line.unit_price
        FROM (
            SELECT charge.order_id, generate_subscripts(charge.product_ids, 1) AS line_no,
                   unnest(charge.product_ids) AS product_id, unnest(charge.quantities) AS quantity,
                   unnest(charge.unit_prices) AS unit_price
            FROM unnest(p_charges) AS charge
        ) AS line
    )
    INSERT INTO tallystick.credit_ledger (
        business_id, customer_id, entry_no, id, kind, amount, balance_before, balance_after, charged_total,
        credit_limit, idempotency_key, request_fingerprint, created_at)
    SELECT p_business_id, charge.customer_id, charge.entry_no, charge.order_id, 'purchase', charge.total,
           charge.balance_after - charge.total, charge.balance_after, charge.charged_total,
           charge.credit_limit, charge.idempotency_key, charge.request_fingerprint, p_now
    FROM unnest(p_charges) AS charge
    -- In key order, so that two batches with the same keys queue instead of deadlocking.
    ORDER BY charge.idempotency_key COLLATE "C";
    GET DIAGNOSTICS v_written = ROW_COUNT;
    RETURN v_written;
END
$$;

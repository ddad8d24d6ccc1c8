-- Purpose: write a return: what goes back into the stock, the return, its lines, its ledger entry, and the part of the order's charge
-- that it settles (p_allocated of p_charge_no; none if that is 0).
-- One statement writes everything, because the constraints between the tables are checked at its end.
-- Locks: the caller holds the locks on the customer and on the products. A new idempotency key waits for any other transaction that
-- has just stored the same key, and is a unique violation then.
-- Returns nothing. What the constraints refuse is an error: the caller has looked before.
-- Caller: return_record, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.return_write(
    p_account tallystick.ledger_account,
    p_entry tallystick.credit_ledger,
    p_order_id uuid,
    p_items tallystick.return_items[],
    p_charge_no bigint,
    p_allocated bigint,
    p_places tid[],
    p_stocks bigint[],
    p_backordered bigint[]
) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_settled record := tallystick.ledger_settle(
        p_account, p_entry, CASE WHEN p_allocated > 0 THEN ARRAY[p_charge_no] END,
        CASE WHEN p_allocated > 0 THEN ARRAY[p_allocated] END, tallystick.return_details(p_order_id, p_items));
    e tallystick.credit_ledger := v_settled.entry;
BEGIN
    WITH restocked AS (
        UPDATE tallystick.products AS product
        SET stock = shelf.stock, backordered = shelf.backordered
        FROM unnest(p_places, p_stocks, p_backordered) AS shelf (place, stock, backordered)
        -- The place of a locked row does not change.
        WHERE product.business_id = e.business_id AND product.ctid = shelf.place
    ), returned AS (
        INSERT INTO tallystick.returns (business_id, id, order_id, customer_id, total, created_at, first_line_no)
        VALUES (e.business_id, e.id, p_order_id, e.customer_id, -e.amount, e.created_at, p_items[1].line_no)
    ), lines AS (
        INSERT INTO tallystick.return_items (
            business_id, return_id, order_id, product_id, part_no, quantity, restocked, returned_before, returned_after, bought,
            line_total, tax, line_no)
        SELECT item.business_id, e.id, item.order_id, item.product_id, item.part_no, item.quantity, item.restocked,
               item.returned_before, item.returned_after, item.bought, item.line_total, item.tax, item.line_no
        FROM unnest(p_items) AS item
    ), parts AS (
        INSERT INTO tallystick.allocations (
            business_id, customer_id, charge_no, part_no, entry_no, amount, allocated_before, allocated_after, charge_amount,
            charged_total)
        SELECT part.business_id, part.customer_id, part.charge_no, part.part_no, part.entry_no, part.amount,
               part.allocated_before, part.allocated_after, part.charge_amount, part.charged_total
        FROM unnest(v_settled.parts) AS part
    )
    INSERT INTO tallystick.credit_ledger (
        business_id, customer_id, entry_no, id, amount, balance_after, charged_total, allocated_total, ahead_total, held_total,
        due_at, due_run_from, created_at, kind, idempotency_key, request_fingerprint, details_digest, entry_hash, actor, reason)
    VALUES (
        e.business_id, e.customer_id, e.entry_no, e.id, e.amount, e.balance_after, e.charged_total, e.allocated_total,
        e.ahead_total, e.held_total, e.due_at, e.due_run_from, e.created_at, e.kind, e.idempotency_key, e.request_fingerprint,
        e.details_digest, e.entry_hash, e.actor, e.reason);
END
$$;

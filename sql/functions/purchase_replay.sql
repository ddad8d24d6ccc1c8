-- Purpose: the purchase that a key was used for before, as it was answered then, whatever has changed since.
-- Locks: none. The caller holds the lock on the customer.
-- Outcomes: replayed, key_reused (the key belongs to another request).
-- BETWEEN, ORDER BY and enable_sort leave the planner only the index of the keys, as in keys_known.
-- Caller: purchase_batch, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.purchase_replay(
    p_business_id uuid,
    p_customer_id uuid,
    p_product_ids uuid[],
    p_quantities bigint[],
    p_options jsonb,
    p_idempotency_key text
) RETURNS tallystick.purchase_answer
LANGUAGE plpgsql STABLE
SET enable_sort = off
AS $$
DECLARE
    v_answer tallystick.purchase_answer;
    v_entry record;
BEGIN
    SELECT entry.request_fingerprint, entry.id, entry.created_at, entry.amount, entry.balance_after,
           entry.due_at, entry.due_date, entry.entry_no, entry.entry_hash
    INTO v_entry
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.idempotency_key BETWEEN p_idempotency_key AND p_idempotency_key
    ORDER BY entry.idempotency_key;
    IF v_entry.request_fingerprint <> tallystick.request_fingerprint(
        'purchase' || coalesce(p_options::text, ''), p_customer_id::text, p_product_ids::text, p_quantities::text) THEN
        v_answer.outcome := 'key_reused';
        RETURN v_answer;
    END IF;
    v_answer.outcome := 'replayed';
    v_answer.order_id := v_entry.id;
    v_answer.created_at := v_entry.created_at;
    v_answer.total := v_entry.amount;
    v_answer.balance_after := v_entry.balance_after;
    v_answer.due_at := v_entry.due_at;
    v_answer.due_date := v_entry.due_date;
    v_answer.entry_no := v_entry.entry_no;
    v_answer.entry_hash := v_entry.entry_hash;
    SELECT array_agg(item.unit_price), array_agg(item.decimals), array_agg(item.list_price), array_agg(item.line_total)
    INTO v_answer.unit_prices, v_answer.quantity_decimals, v_answer.list_prices, v_answer.line_totals
    FROM (
        SELECT line.unit_price, line.decimals, line.list_price, line.line_total
        FROM tallystick.order_items AS line
        WHERE line.business_id = p_business_id AND line.order_id = v_entry.id
        ORDER BY line.line_no
    ) AS item;
    RETURN v_answer;
END
$$;

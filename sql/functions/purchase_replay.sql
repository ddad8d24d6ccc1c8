-- Purpose: the purchase that a key was used for before, as it was answered then, whatever has changed since.
-- Outcomes: replayed, key_reused (by another request).
-- Caller: purchase_batch, which holds the lock on the customer.
CREATE OR REPLACE FUNCTION tallystick.purchase_replay(
    p_business_id uuid,
    p_customer_id uuid,
    p_product_ids uuid[],
    p_quantities bigint[],
    p_idempotency_key text,
    OUT outcome text,
    OUT order_id uuid,
    OUT created_at timestamptz,
    OUT total bigint,
    OUT balance_after bigint,
    OUT unit_prices bigint[]
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry record;
BEGIN
    SELECT entry.request_fingerprint, entry.id, entry.created_at, entry.amount, entry.balance_after INTO v_entry
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.idempotency_key = p_idempotency_key;
    IF v_entry.request_fingerprint <> tallystick.request_fingerprint(
        'purchase', p_customer_id::text, p_product_ids::text, p_quantities::text) THEN
        outcome := 'key_reused';
        RETURN;
    END IF;
    outcome := 'replayed';
    order_id := v_entry.id;
    created_at := v_entry.created_at;
    total := v_entry.amount;
    balance_after := v_entry.balance_after;
    unit_prices := ARRAY(
        SELECT item.unit_price FROM tallystick.order_items AS item
        WHERE item.business_id = p_business_id AND item.order_id = v_entry.id
        ORDER BY item.line_no);
END
$$;

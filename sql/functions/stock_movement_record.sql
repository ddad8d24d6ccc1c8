-- Purpose: record a restock (positive) or a correction (either way) of a product's stock.
-- Locks: the product's row. If another transaction holds it, p_held 'wait' waits for it; 'pass over all' does nothing then.
-- Outcomes: product_held (passed over, nothing is decided: ask again), created, replayed, key_reused, product_not_found,
-- insufficient_stock (available), stock_too_large, stock_not_tracked (a service).
-- BETWEEN, ORDER BY and enable_sort leave the planner only the index of the key, as in keys_known.
-- Caller: db::stock_movements.
CREATE OR REPLACE FUNCTION tallystick.stock_movement_record(
    p_business_id uuid,
    p_product_id uuid,
    p_quantity bigint,
    p_reason text,
    p_idempotency_key text,
    p_movement_id uuid DEFAULT NULL,
    p_held text DEFAULT 'wait',
    p_actor text DEFAULT NULL,
    OUT outcome text,
    OUT id uuid,
    OUT stock_after bigint,
    OUT available bigint,
    OUT created_at timestamptz,
    OUT backordered_after bigint
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_fingerprint bytea := tallystick.request_fingerprint(
        'stock_movement', p_product_id::text, p_quantity::text, p_reason);
    v_known boolean;
    v_replay record;
    v_product record;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF p_quantity IS NULL OR p_quantity NOT BETWEEN -9007199254740991 AND 9007199254740991 OR p_quantity = 0
       OR p_reason IS NULL OR p_idempotency_key IS NULL THEN
        RAISE EXCEPTION 'a stock movement has a quantity other than 0, a reason and an idempotency key'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF p_held <> 'wait' AND tallystick.product_is_held(p_business_id, p_product_id) THEN
        outcome := 'product_held';
        RETURN;
    END IF;
    PERFORM FROM tallystick.products AS product
    WHERE product.business_id = p_business_id AND product.id BETWEEN p_product_id AND p_product_id
    ORDER BY product.id
    FOR NO KEY UPDATE;
    v_known := FOUND;

    SELECT movement.request_fingerprint, movement.id, movement.stock_after, movement.backordered_after,
           movement.created_at
    INTO v_replay
    FROM tallystick.stock_movements AS movement
    WHERE movement.business_id = p_business_id AND movement.idempotency_key BETWEEN p_idempotency_key AND p_idempotency_key
    ORDER BY movement.idempotency_key;
    IF FOUND THEN
        IF v_replay.request_fingerprint <> v_fingerprint THEN
            outcome := 'key_reused';
            RETURN;
        END IF;
        outcome := 'replayed';
        id := v_replay.id;
        stock_after := v_replay.stock_after;
        backordered_after := v_replay.backordered_after;
        created_at := v_replay.created_at;
        RETURN;
    ELSIF NOT v_known THEN
        outcome := 'product_not_found';
        RETURN;
    END IF;

    SELECT product.stock, product.backordered, product.track_stock, product.ctid AS place INTO v_product
    FROM tallystick.products AS product
    WHERE product.business_id = p_business_id AND product.id BETWEEN p_product_id AND p_product_id
    ORDER BY product.id;
    IF NOT v_product.track_stock THEN
        outcome := 'stock_not_tracked';
        RETURN;
    END IF;
    -- A restock serves what is backordered first. A correction takes from the stock alone.
    available := v_product.stock;
    stock_after := greatest(available - v_product.backordered + p_quantity, 0);
    backordered_after := greatest(v_product.backordered - available - p_quantity, 0);
    IF available + p_quantity < 0 THEN
        outcome := 'insufficient_stock';
        RETURN;
    ELSIF stock_after > 9007199254740991 THEN
        outcome := 'stock_too_large';
        RETURN;
    END IF;

    outcome := 'created';
    id := coalesce(p_movement_id, tallystick.new_id());
    created_at := clock_timestamp();
    INSERT INTO tallystick.stock_movements (
        business_id, id, product_id, kind, quantity, stock_after, backordered_after, reason, idempotency_key,
        request_fingerprint, created_at, actor)
    VALUES (
        p_business_id, stock_movement_record.id, p_product_id, 'adjustment', p_quantity,
        stock_movement_record.stock_after, stock_movement_record.backordered_after, p_reason, p_idempotency_key,
        v_fingerprint, stock_movement_record.created_at, tallystick.caller_actor(p_actor));

    UPDATE tallystick.products AS product
    SET stock = stock_movement_record.stock_after,
        backordered = stock_movement_record.backordered_after
    -- The place of a locked row does not change.
    WHERE product.business_id = p_business_id AND product.ctid = v_product.place;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.stock_movement_record TO tallystick_app;

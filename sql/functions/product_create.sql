-- Purpose: create a product, with its opening stock as its first movement, once per idempotency key if there is one. A service
-- (p_track_stock false) has no stock and nothing to backorder. The server
-- makes the id once per request. If a product with this id exists already, an earlier try of the same request created it, and
-- that product is the answer.
-- Locks: the key (creation_claim).
-- Outcomes: created, replayed (as it was answered then, whatever has changed since), key_reused,
-- sku_taken (product.id is the product that has the sku), business_not_found, stock_not_tracked (a service with stock or with a
-- backorder limit).
-- Caller: db::products.
CREATE OR REPLACE FUNCTION tallystick.product_create(
    p_business_id uuid,
    p_id uuid,
    p_sku text,
    p_name text,
    p_price bigint,
    p_stock bigint,
    p_idempotency_key text DEFAULT NULL,
    p_actor text DEFAULT NULL,
    p_unit text DEFAULT NULL,
    p_quantity_decimals integer DEFAULT 0,
    p_track_stock boolean DEFAULT true,
    p_backorder_limit bigint DEFAULT 0,
    OUT outcome text,
    OUT product tallystick.products
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_created_at timestamptz := clock_timestamp();
    v_claim record;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF NOT EXISTS (SELECT FROM tallystick.businesses AS business WHERE business.business_id = p_business_id) THEN
        outcome := 'business_not_found';
        RETURN;
    END IF;
    IF NOT p_track_stock AND (p_stock > 0 OR p_backorder_limit > 0) THEN
        outcome := 'stock_not_tracked';
        RETURN;
    END IF;
    IF p_idempotency_key IS NOT NULL THEN
        SELECT * INTO v_claim
        FROM tallystick.creation_claim(
            p_business_id, 'product', p_idempotency_key,
            tallystick.request_fingerprint(
                'product', p_sku, p_name, p_price::text, p_stock::text, p_unit, p_quantity_decimals::text,
                p_track_stock::text, p_backorder_limit::text),
            p_id);
        outcome := v_claim.outcome;
        v_created_at := v_claim.created_at;
        IF outcome = 'replayed' THEN
            -- The same fingerprint: what was asked for then is asked for now.
            product.business_id := p_business_id;
            product.id := v_claim.id;
            product.sku := p_sku;
            product.name := p_name;
            product.price := p_price;
            product.stock := p_stock;
            product.created_at := v_created_at;
            product.unit := p_unit;
            product.quantity_decimals := p_quantity_decimals;
            product.track_stock := p_track_stock;
            product.backordered := 0;
            product.backorder_limit := p_backorder_limit;
        END IF;
        IF outcome <> 'claimed' THEN
            RETURN;
        END IF;
    END IF;
    INSERT INTO tallystick.products (
        business_id, id, sku, name, price, stock, created_at, unit, quantity_decimals, track_stock, backorder_limit)
    VALUES (
        p_business_id, p_id, p_sku, p_name, p_price, p_stock, v_created_at, p_unit, p_quantity_decimals, p_track_stock,
        p_backorder_limit)
    ON CONFLICT DO NOTHING;
    IF FOUND AND p_stock > 0 THEN
        INSERT INTO tallystick.stock_movements (
            business_id, id, product_id, kind, quantity, stock_after, reason, created_at, actor)
        VALUES (
            p_business_id, tallystick.new_id(), p_id, 'opening', p_stock, p_stock, 'opening stock', clock_timestamp(),
            tallystick.caller_actor(p_actor));
    END IF;
    SELECT created.* INTO product
    FROM tallystick.products AS created
    WHERE created.business_id = p_business_id AND created.id BETWEEN p_id AND p_id
    ORDER BY created.id;
    IF FOUND THEN
        outcome := 'created';
        RETURN;
    END IF;
    outcome := 'sku_taken';
    product.id := tallystick.product_by_sku(p_business_id, p_sku);
    -- The key of a refused request is free.
    DELETE FROM tallystick.creations AS creation
    WHERE creation.business_id = p_business_id AND creation.kind = 'product'
      AND creation.idempotency_key = p_idempotency_key;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.product_create TO tallystick_app;

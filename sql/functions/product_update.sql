-- Purpose: change a product. NULL leaves a property as it is. p_unit counts only if p_set_unit is true. Only stock movements change
-- the stock, and nothing changes the decimals: stock and order lines count in them. Existing orders keep their prices, and what the
-- product was called.
-- The change makes the version p_version of the product. With p_expected_versions it happens only at one of these versions, or
-- at p_version itself: an earlier try of the same request made that.
-- A product becomes a service only while it has no stock and nothing is backordered; its backorder limit becomes 0.
-- Locks: the product's row, so a purchase sees the change completely or not at all. What the change is decided by is read
-- after the row is locked.
-- If another transaction holds the row, p_held 'wait' waits for it; 'pass over all' does nothing then.
-- Outcomes: product_held (passed over, nothing is changed: ask again), updated, product_not_found, version_differs,
-- stock_not_zero (product.stock, product.backordered), stock_not_tracked (a backorder limit for a service), backorder_limit_too_low
-- (product.backordered), sku_taken (product.id is the product that has the sku).
-- Caller: db::products.
CREATE OR REPLACE FUNCTION tallystick.product_update(
    p_business_id uuid,
    p_id uuid,
    p_sku text,
    p_name text,
    p_price bigint,
    p_held text DEFAULT 'wait',
    p_version uuid DEFAULT NULL,
    p_expected_versions uuid[] DEFAULT NULL,
    p_set_unit boolean DEFAULT false,
    p_unit text DEFAULT NULL,
    p_track_stock boolean DEFAULT NULL,
    p_backorder_limit bigint DEFAULT NULL,
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
    v_place tid;
    v_old tallystick.products;
    v_new tallystick.products;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF p_held <> 'wait' AND tallystick.product_is_held(p_business_id, p_id) THEN
        outcome := 'product_held';
        RETURN;
    END IF;
    SELECT locked.ctid INTO v_place
    FROM tallystick.products AS locked
    WHERE locked.business_id = p_business_id AND locked.id BETWEEN p_id AND p_id
    ORDER BY locked.id
    FOR NO KEY UPDATE;
    SELECT held.* INTO v_old
    FROM tallystick.products AS held
    -- The place of a locked row does not change.
    WHERE held.business_id = p_business_id AND held.ctid = v_place;

    v_new := v_old;
    v_new.sku := coalesce(p_sku, v_old.sku);
    v_new.name := coalesce(p_name, v_old.name);
    v_new.price := coalesce(p_price, v_old.price);
    v_new.unit := CASE WHEN p_set_unit THEN p_unit ELSE v_old.unit END;
    v_new.track_stock := coalesce(p_track_stock, v_old.track_stock);
    v_new.backorder_limit := coalesce(
        p_backorder_limit, CASE WHEN v_new.track_stock THEN v_old.backorder_limit ELSE 0 END);
    -- The next version, if it is called otherwise now. The trigger product_is_versioned writes it.
    IF (v_new.sku, v_new.name, v_new.unit) IS DISTINCT FROM (v_old.sku, v_old.name, v_old.unit) THEN
        v_new.version_no := v_old.version_no + 1;
    END IF;

    outcome := CASE
        WHEN v_place IS NULL THEN 'product_not_found'
        WHEN p_expected_versions IS NOT NULL
             AND coalesce(v_old.version, v_old.id) <> ALL (p_expected_versions)
             AND (v_old.version = p_version) IS NOT TRUE THEN 'version_differs'
        WHEN NOT v_new.track_stock AND (v_old.stock > 0 OR v_old.backordered > 0) THEN 'stock_not_zero'
        WHEN NOT v_new.track_stock AND v_new.backorder_limit > 0 THEN 'stock_not_tracked'
        WHEN v_new.backorder_limit < v_old.backordered THEN 'backorder_limit_too_low'
        ELSE 'updated'
    END;
    IF outcome <> 'updated' THEN
        product.stock := v_old.stock;
        product.backordered := v_old.backordered;
        RETURN;
    END IF;

    BEGIN
        UPDATE tallystick.products AS changed
        SET sku = v_new.sku,
            name = v_new.name,
            price = v_new.price,
            unit = v_new.unit,
            track_stock = v_new.track_stock,
            backorder_limit = v_new.backorder_limit,
            version_no = v_new.version_no,
            version = coalesce(p_version, tallystick.new_id())
        WHERE changed.business_id = p_business_id AND changed.ctid = v_place
        RETURNING changed.* INTO product;
    EXCEPTION WHEN unique_violation THEN
        outcome := 'sku_taken';
        product.id := tallystick.product_by_sku(p_business_id, p_sku);
    END;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.product_update TO tallystick_app;

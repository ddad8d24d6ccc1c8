-- Purpose: change a product's sku, name or price. NULL leaves a property as it is. Only stock movements change the stock.
-- Existing orders keep their prices.
-- The change makes the version p_version of the product. With p_expected_versions it happens only at one of these versions, or
-- at p_version itself: an earlier try of the same request made that.
-- Locks: the product's row, so a purchase sees the change completely or not at all. The version is compared
-- after the row is locked.
-- If another transaction holds the row, p_held 'wait' waits for it; 'pass over all' does nothing then.
-- Outcomes: product_held (passed over, nothing is changed: ask again), updated, product_not_found, version_differs,
-- sku_taken (product.id is the product that has the sku).
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
    BEGIN
        UPDATE tallystick.products AS changed
        SET sku = coalesce(p_sku, changed.sku),
            name = coalesce(p_name, changed.name),
            price = coalesce(p_price, changed.price),
            version = coalesce(p_version, tallystick.new_id()),
            -- The next version, if it is called otherwise now. The trigger product_is_versioned writes it.
            version_no = changed.version_no
                + (coalesce(p_sku, changed.sku) <> changed.sku OR coalesce(p_name, changed.name) <> changed.name)::integer
        -- The place of a locked row does not change.
        WHERE changed.business_id = p_business_id AND changed.ctid = v_place
          AND (p_expected_versions IS NULL
               OR coalesce(changed.version, changed.id) = ANY (p_expected_versions) OR changed.version = p_version)
        RETURNING changed.* INTO product;
    EXCEPTION WHEN unique_violation THEN
        outcome := 'sku_taken';
        product.id := tallystick.product_by_sku(p_business_id, p_sku);
        RETURN;
    END;
    outcome := CASE
        WHEN product.id IS NOT NULL THEN 'updated'
        WHEN v_place IS NULL THEN 'product_not_found'
        ELSE 'version_differs'
    END;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.product_update TO tallystick_app;

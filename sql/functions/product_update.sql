-- Purpose: change a product's sku, name or price. NULL leaves a property as it is. Only stock movements change the stock.
-- Existing orders keep their prices.
-- Locks: the product's row, so a purchase sees the change completely or not at all.
-- If another transaction holds the row, p_held 'wait' waits for it; 'pass over all' does nothing then.
-- Outcomes: product_held (passed over, nothing is changed: ask again), updated, product_not_found, sku_taken.
-- Caller: db::products.
CREATE OR REPLACE FUNCTION tallystick.product_update(
    p_business_id uuid,
    p_id uuid,
    p_sku text,
    p_name text,
    p_price bigint,
    p_held text DEFAULT 'wait',
    OUT outcome text,
    OUT product tallystick.products
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF p_held <> 'wait' AND tallystick.product_is_held(p_business_id, p_id) THEN
        outcome := 'product_held';
        RETURN;
    END IF;
    BEGIN
        UPDATE tallystick.products AS changed
        SET sku = coalesce(p_sku, changed.sku),
            name = coalesce(p_name, changed.name),
            price = coalesce(p_price, changed.price)
        WHERE changed.business_id = p_business_id AND changed.id = p_id
        RETURNING changed.* INTO product;
    EXCEPTION WHEN unique_violation THEN
        outcome := 'sku_taken';
        RETURN;
    END;
    outcome := CASE WHEN product.id IS NULL THEN 'product_not_found' ELSE 'updated' END;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.product_update TO tallystick_app;

-- Purpose: create a product, with its opening stock as its first movement. The server makes the id once per request. If a
-- product with this id exists already, an earlier try of the same request created it, and that product is the answer.
-- Outcomes: created, sku_taken (product.id is the product that has the sku), business_not_found.
-- Caller: db::products.
CREATE OR REPLACE FUNCTION tallystick.product_create(
    p_business_id uuid,
    p_id uuid,
    p_sku text,
    p_name text,
    p_price bigint,
    p_stock bigint,
    OUT outcome text,
    OUT product tallystick.products
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    IF NOT EXISTS (SELECT FROM tallystick.businesses AS business WHERE business.business_id = p_business_id) THEN
        outcome := 'business_not_found';
        RETURN;
    END IF;
    INSERT INTO tallystick.products (business_id, id, sku, name, price, stock)
    VALUES (p_business_id, p_id, p_sku, p_name, p_price, p_stock)
    ON CONFLICT DO NOTHING;
    IF FOUND AND p_stock > 0 THEN
        INSERT INTO tallystick.stock_movements (
            business_id, id, product_id, kind, quantity, stock_after, reason, created_at)
        VALUES (
            p_business_id, tallystick.new_id(), p_id, 'opening', p_stock, p_stock, 'opening stock', clock_timestamp());
    END IF;
    SELECT created.* INTO product
    FROM tallystick.products AS created
    WHERE created.business_id = p_business_id AND created.id = p_id;
    IF FOUND THEN
        outcome := 'created';
        RETURN;
    END IF;
    outcome := 'sku_taken';
    product.id := tallystick.product_by_sku(p_business_id, p_sku);
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.product_create TO tallystick_app;

-- What a product is called has a version: a fact that order lines point at. A sale sets none of these columns.
CREATE OR REPLACE TRIGGER product_is_versioned
    AFTER INSERT OR UPDATE OF id, version_no, sku, name, unit, quantity_decimals ON tallystick.products
    FOR EACH ROW EXECUTE FUNCTION tallystick.product_is_versioned();
ALTER TABLE tallystick.products ENABLE ALWAYS TRIGGER product_is_versioned;

-- Purpose: the trigger function that keeps what a product was called. A new product and each change of what it is called have
-- their version. The number of decimals never changes, because stock and order lines count in them.
CREATE OR REPLACE FUNCTION tallystick.product_is_versioned() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO tallystick.product_versions (
        business_id, product_id, version_no, sku, name, unit, quantity_decimals, created_at)
    VALUES (
        NEW.business_id, NEW.id, NEW.version_no, NEW.sku, NEW.name, NEW.unit, NEW.quantity_decimals, clock_timestamp())
    ON CONFLICT DO NOTHING;
    PERFORM FROM tallystick.product_versions AS version
    WHERE version.business_id = NEW.business_id AND version.product_id = NEW.id AND version.version_no = NEW.version_no
      AND version.sku = NEW.sku AND version.name = NEW.name AND version.unit IS NOT DISTINCT FROM NEW.unit
      AND version.quantity_decimals = NEW.quantity_decimals;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'what a product is called is what its version says'
            USING ERRCODE = 'check_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = tg_name;
    END IF;
    IF tg_op = 'UPDATE' AND OLD.quantity_decimals <> NEW.quantity_decimals THEN
        RAISE EXCEPTION 'the decimals of a product''s quantities never change'
            USING ERRCODE = 'check_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = tg_name;
    END IF;
    RETURN NULL;
END
$$;

-- The lines of an order add up to its total, checked once per INSERT statement over the orders that it touched.
CREATE OR REPLACE TRIGGER order_lines_add_up AFTER INSERT ON tallystick.order_items
    REFERENCING NEW TABLE AS new_items
    FOR EACH STATEMENT EXECUTE FUNCTION tallystick.order_lines_add_up();
ALTER TABLE tallystick.order_items ENABLE ALWAYS TRIGGER order_lines_add_up;

-- The lines of a return are those of its order and of its ledger entry, checked once per INSERT statement over the returns that it
-- touched.
CREATE OR REPLACE TRIGGER return_lines_add_up AFTER INSERT ON tallystick.return_items
    REFERENCING NEW TABLE AS new_items
    FOR EACH STATEMENT EXECUTE FUNCTION tallystick.return_lines_add_up();
ALTER TABLE tallystick.return_items ENABLE ALWAYS TRIGGER return_lines_add_up;

-- Ledger entries follow from the entries before them, judged once per INSERT statement over all entries of it.
CREATE OR REPLACE TRIGGER ledger_entries_are_right AFTER INSERT ON tallystick.credit_ledger
    REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION tallystick.ledger_entries_are_right();
ALTER TABLE tallystick.credit_ledger ENABLE ALWAYS TRIGGER ledger_entries_are_right;

-- The parts of charges are those of the ledger entry that allocates them. ledger_entries_are_right asks the same from the other side.
CREATE OR REPLACE TRIGGER allocations_agree AFTER INSERT ON tallystick.allocations
    REFERENCING NEW TABLE AS new_parts
    FOR EACH STATEMENT EXECUTE FUNCTION tallystick.allocations_agree();
ALTER TABLE tallystick.allocations ENABLE ALWAYS TRIGGER allocations_agree;

-- A reversal copies an entry's amount. The entry is a fact, so it is enough to look once.
CREATE OR REPLACE TRIGGER reversal_takes_back_its_entry AFTER INSERT ON tallystick.credit_ledger
    FOR EACH ROW WHEN (NEW.kind = 'reversal') EXECUTE FUNCTION tallystick.reversal_takes_back_its_entry();
ALTER TABLE tallystick.credit_ledger ENABLE ALWAYS TRIGGER reversal_takes_back_its_entry;

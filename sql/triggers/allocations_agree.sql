-- Allocations and the ledger entries that make them agree. Neither fires for purchases, nor for a customer without allocations.
CREATE OR REPLACE TRIGGER allocations_agree AFTER INSERT ON tallystick.credit_ledger
    FOR EACH ROW
    WHEN (NEW.allocated_before + NEW.allocated_total > 0
          AND NEW.kind NOT IN ('purchase', 'opening', 'fee', 'debit', 'refund'))
    EXECUTE FUNCTION tallystick.allocations_agree();
ALTER TABLE tallystick.credit_ledger ENABLE ALWAYS TRIGGER allocations_agree;
CREATE OR REPLACE TRIGGER allocations_agree AFTER INSERT ON tallystick.allocations
    FOR EACH ROW EXECUTE FUNCTION tallystick.allocations_agree();
ALTER TABLE tallystick.allocations ENABLE ALWAYS TRIGGER allocations_agree;

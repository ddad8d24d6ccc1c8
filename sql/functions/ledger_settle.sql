-- Purpose: the next entry of a customer's ledger and the parts of charges that it settles: p_amounts of the charges p_charge_nos, in
-- the order of their numbers; negative takes back. p_entry says what happened (see ledger_continue). p_details are the bytes of what
-- else belongs to the entry: its digest covers them and the parts.
-- Locks: none. The caller holds the lock on the customer, and writes both in one statement.
-- Caller: ledger_record, return_write; their plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.ledger_settle(
    p_account tallystick.ledger_account,
    p_entry tallystick.credit_ledger,
    p_charge_nos bigint[],
    p_amounts bigint[],
    p_details bytea,
    OUT entry tallystick.credit_ledger,
    OUT parts tallystick.allocations[]
)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    e tallystick.credit_ledger := p_entry;
    v_details bytea := p_details;
BEGIN
    parts := tallystick.allocations_of(e.business_id, p_account.id, p_account.entry_no + 1, p_charge_nos, p_amounts);
    FOR n IN 1 .. coalesce(cardinality(p_charge_nos), 0) LOOP
        v_details := v_details || int8send(p_charge_nos[n]) || int8send(p_amounts[n]);
        e.allocated_total := coalesce(e.allocated_total, p_account.allocated_total) + p_amounts[n];
    END LOOP;
    e.details_digest := sha256(v_details);
    -- A charge moves nothing: it is the newest.
    IF (p_account.allocated_total > 0 OR e.allocated_total > 0)
       AND e.kind NOT IN ('purchase', 'opening', 'fee', 'debit', 'refund') THEN
        e.ahead_total := tallystick.ledger_ahead(p_account, e, parts);
    END IF;
    entry := tallystick.ledger_continue(p_account, e);
END
$$;

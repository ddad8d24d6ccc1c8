-- Purpose: ahead_total after an entry of a customer who has allocations. p_parts are those that the entry makes.
--
-- Credit that names no charge settles the oldest charges first, and passes what allocations have settled already. The charges
-- with charged_total <= P are settled without a gap, where P = charged_total - balance - ahead_total. ahead_total is what is
-- allocated to the charges beyond P. So when P moves, the allocations of the charges that it passes change sides:
--
--   forward, while the next allocated charge is settled now:              charged_total - allocated <= P
--   else backward, while the last allocated charge is not settled now:    charged_total > P
--
-- Only allocated charges between the former and the new P are looked at, and one more. A customer in credit has paid for all charges, as
-- one has who owes nothing: greatest() keeps P within its type there.
-- Locks: none. The caller holds the lock on the customer.
-- Caller: ledger_record, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.ledger_ahead(
    p_account tallystick.ledger_account, p_entry tallystick.credit_ledger, p_parts tallystick.allocations[]
) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_former constant bigint := p_account.charged_total - greatest(p_account.balance, 0) - p_account.ahead_total;
    v_ahead bigint := p_account.ahead_total;
    v_settled bigint;
    v_last_settled bigint;
    v_charge tallystick.allocations;
    v_moves_forward boolean := false;
BEGIN
    SELECT v_ahead + coalesce(sum(part.amount), 0) INTO v_ahead
    FROM unnest(p_parts) AS part WHERE part.charged_total > v_former;
    v_settled := p_account.charged_total - greatest(p_account.balance + p_entry.amount, 0) - v_ahead;

    -- The last entry that P had passed. Entries and their sums of charges have one order.
    SELECT entry.entry_no INTO v_last_settled
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_entry.business_id AND entry.customer_id = p_account.id AND entry.charged_total <= v_former
    ORDER BY entry.charged_total DESC, entry.entry_no DESC
    LIMIT 1;

    v_charge.charge_no := coalesce(v_last_settled, 0);
    LOOP
        v_charge := tallystick.allocated_charge(p_entry.business_id, p_account.id, v_charge.charge_no, true, p_parts);
        EXIT WHEN (v_charge.charged_total - v_charge.allocated_after <= v_settled) IS NOT TRUE;
        v_settled := v_settled + v_charge.allocated_after;
        v_ahead := v_ahead - v_charge.allocated_after;
        v_moves_forward := true;
    END LOOP;
    IF v_moves_forward THEN
        RETURN v_ahead;
    END IF;

    v_charge.charge_no := coalesce(v_last_settled, 0) + 1;
    LOOP
        v_charge := tallystick.allocated_charge(p_entry.business_id, p_account.id, v_charge.charge_no - 1, false, p_parts);
        EXIT WHEN (v_charge.charged_total > v_settled) IS NOT TRUE;
        v_settled := v_settled - v_charge.allocated_after;
        v_ahead := v_ahead + v_charge.allocated_after;
    END LOOP;
    RETURN v_ahead;
END
$$;

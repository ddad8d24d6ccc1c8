-- Purpose: ahead_total after an entry of a customer who has allocations. p_parts are those that the entry makes.
--
-- Credit that names no charge settles the oldest charges first, and passes what allocations have settled already. The charges
-- with charged_total <= P are settled without a gap, where P = charged_total - balance - ahead_total. ahead_total is what is
-- allocated to the charges beyond P. So when P moves, the allocations of the charges that it passes change sides:
--
--   forward, while the next allocated charge is settled now:              charged_total - allocated <= P
--   else backward, while the last allocated charge is not settled now:    charged_total > P
--
-- Only allocated charges between the former and the new P are looked at, and one more. Cursors read them one after the other, and no
-- more of them: whoever pays the oldest charge may pass thousands that were paid by name.
-- A customer in credit has paid for all charges, as one has who owes nothing: greatest() keeps P within its type there.
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
    -- The last part of the next charge that has any, and the place in p_parts of the next one.
    v_written tallystick.allocations;
    v_place integer := 1;
    v_moves_forward boolean := false;
    -- The last parts of the charges beyond the former P, in their order. Each charge has a first part.
    v_beyond CURSOR FOR
        SELECT last.*
        FROM tallystick.allocations AS first
        CROSS JOIN LATERAL (
            SELECT part.*
            FROM tallystick.allocations AS part
            WHERE part.business_id = p_entry.business_id AND part.customer_id = p_account.id
              AND part.charge_no BETWEEN first.charge_no AND first.charge_no
            ORDER BY part.charge_no DESC, part.part_no DESC
            LIMIT 1
        ) AS last
        WHERE first.business_id = p_entry.business_id AND first.customer_id = p_account.id
          AND first.charge_no > v_last_settled AND first.part_no = 1
        ORDER BY first.charge_no, first.part_no;
    -- And those of the charges before it, backward.
    v_before CURSOR FOR
        SELECT DISTINCT ON (part.charge_no) part.*
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_entry.business_id AND part.customer_id = p_account.id AND part.charge_no <= v_last_settled
        ORDER BY part.charge_no DESC, part.part_no DESC;
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
    v_last_settled := coalesce(v_last_settled, 0);
    WHILE (p_parts[v_place]).charge_no <= v_last_settled LOOP
        v_place := v_place + 1;
    END LOOP;

    OPEN v_beyond;
    FETCH v_beyond INTO v_written;
    LOOP
        -- A part that is not written yet is the last one of its charge.
        v_charge := p_parts[v_place];
        IF v_charge.charge_no IS NULL OR v_written.charge_no < v_charge.charge_no THEN
            v_charge := v_written;
        ELSE
            v_place := v_place + 1;
        END IF;
        IF v_written.charge_no = v_charge.charge_no THEN
            FETCH v_beyond INTO v_written;
        END IF;
        EXIT WHEN (v_charge.charged_total - v_charge.allocated_after <= v_settled) IS NOT TRUE;
        v_settled := v_settled + v_charge.allocated_after;
        v_ahead := v_ahead - v_charge.allocated_after;
        v_moves_forward := true;
    END LOOP;
    CLOSE v_beyond;
    IF v_moves_forward THEN
        RETURN v_ahead;
    END IF;

    v_place := 0;
    WHILE (p_parts[v_place + 1]).charge_no <= v_last_settled LOOP
        v_place := v_place + 1;
    END LOOP;
    OPEN v_before;
    FETCH v_before INTO v_written;
    LOOP
        v_charge := p_parts[v_place];
        IF v_charge.charge_no IS NULL OR v_written.charge_no > v_charge.charge_no THEN
            v_charge := v_written;
        ELSE
            v_place := v_place - 1;
        END IF;
        IF v_written.charge_no = v_charge.charge_no THEN
            FETCH v_before INTO v_written;
        END IF;
        EXIT WHEN (v_charge.charged_total > v_settled) IS NOT TRUE;
        v_settled := v_settled - v_charge.allocated_after;
        v_ahead := v_ahead + v_charge.allocated_after;
    END LOOP;
    CLOSE v_before;
    RETURN v_ahead;
END
$$;

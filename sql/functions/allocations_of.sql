-- Purpose: the next parts of charges of a customer, for the entry p_entry_no that allocates p_amounts to the charges p_charge_nos.
-- Locks: none. The caller holds the lock on the customer.
-- Returns a part for each. What is no charge of the customer gives a part without charge_amount, which cannot be written.
-- Caller: ledger_record, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.allocations_of(
    p_business_id uuid, p_customer_id uuid, p_entry_no bigint, p_charge_nos bigint[], p_amounts bigint[]
) RETURNS tallystick.allocations[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_part tallystick.allocations;
    v_parts tallystick.allocations[];
BEGIN
    FOR n IN 1 .. coalesce(cardinality(p_charge_nos), 0) LOOP
        v_part := NULL;
        SELECT part.part_no, part.allocated_after INTO v_part.part_no, v_part.allocated_before
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_business_id AND part.customer_id = p_customer_id AND part.charge_no = p_charge_nos[n]
        ORDER BY part.charge_no DESC, part.part_no DESC
        LIMIT 1;
        SELECT entry.amount, entry.charged_total INTO v_part.charge_amount, v_part.charged_total
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
          AND entry.entry_no BETWEEN p_charge_nos[n] AND p_charge_nos[n]
          AND entry.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
        ORDER BY entry.entry_no
        LIMIT 1;
        v_part.business_id := p_business_id;
        v_part.customer_id := p_customer_id;
        v_part.charge_no := p_charge_nos[n];
        v_part.part_no := coalesce(v_part.part_no, 0) + 1;
        v_part.entry_no := p_entry_no;
        v_part.amount := p_amounts[n];
        v_part.allocated_before := coalesce(v_part.allocated_before, 0);
        v_part.allocated_after := v_part.allocated_before + v_part.amount;
        v_parts := v_parts || v_part;
    END LOOP;
    RETURN v_parts;
END
$$;

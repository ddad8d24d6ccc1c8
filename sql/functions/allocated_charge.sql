-- Purpose: the next charge after p_charge_no to which something was ever allocated, or the last one up to it if p_forward is false,
-- as it stands with the parts p_parts that are not written yet. NULL if there is none.
-- Locks: none. The caller holds the lock on the customer.
-- Caller: ledger_ahead, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.allocated_charge(
    p_business_id uuid, p_customer_id uuid, p_charge_no bigint, p_forward boolean, p_parts tallystick.allocations[]
) RETURNS tallystick.allocations
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_charge_no bigint;
    v_part tallystick.allocations;
BEGIN
    IF p_forward THEN
        SELECT part.charge_no INTO v_charge_no
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_business_id AND part.customer_id = p_customer_id AND part.charge_no > p_charge_no
        ORDER BY part.charge_no, part.part_no
        LIMIT 1;
        SELECT least(v_charge_no, min(part.charge_no)) INTO v_charge_no
        FROM unnest(p_parts) AS part WHERE part.charge_no > p_charge_no;
    ELSE
        SELECT part.charge_no INTO v_charge_no
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_business_id AND part.customer_id = p_customer_id AND part.charge_no <= p_charge_no
        ORDER BY part.charge_no DESC, part.part_no DESC
        LIMIT 1;
        SELECT greatest(v_charge_no, max(part.charge_no)) INTO v_charge_no
        FROM unnest(p_parts) AS part WHERE part.charge_no <= p_charge_no;
    END IF;
    SELECT part.* INTO v_part FROM unnest(p_parts) AS part WHERE part.charge_no = v_charge_no;
    IF NOT FOUND THEN
        SELECT part.* INTO v_part
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_business_id AND part.customer_id = p_customer_id AND part.charge_no = v_charge_no
        ORDER BY part.charge_no DESC, part.part_no DESC
        LIMIT 1;
    END IF;
    RETURN v_part;
END
$$;

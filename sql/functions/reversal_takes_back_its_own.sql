-- Purpose: whether a reversal takes back of each charge that its entry settled by name as much as that, or as much as was allocated to
-- the charge before the reversal if that is less; and nothing of any other charge.
-- Locks: none. Entries and parts never change.
-- Caller: allocations_broken_rule, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.reversal_takes_back_its_own(p_reversal tallystick.credit_ledger) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_own record;
    v_parts bigint;
BEGIN
    SELECT count(taken.amount) AS taken,
           coalesce(bool_and(coalesce(-taken.amount, 0) = least(own.amount, coalesce(stood.allocated_after, 0))), true) AS is_right
    INTO v_own
    FROM (
        SELECT part.charge_no, part.amount
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_reversal.business_id AND part.customer_id = p_reversal.customer_id
          AND part.entry_no BETWEEN p_reversal.reverses_no AND p_reversal.reverses_no
        ORDER BY part.entry_no, part.charge_no
    ) AS own
    LEFT JOIN LATERAL (
        SELECT part.amount
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_reversal.business_id AND part.customer_id = p_reversal.customer_id
          AND part.entry_no BETWEEN p_reversal.entry_no AND p_reversal.entry_no AND part.charge_no = own.charge_no
        ORDER BY part.entry_no, part.charge_no
        LIMIT 1
    ) AS taken ON true
    LEFT JOIN LATERAL (
        SELECT part.allocated_after
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_reversal.business_id AND part.customer_id = p_reversal.customer_id
          AND part.charge_no = own.charge_no AND part.entry_no < p_reversal.entry_no
        ORDER BY part.charge_no DESC, part.part_no DESC
        LIMIT 1
    ) AS stood ON true;
    SELECT count(*) INTO v_parts
    FROM tallystick.allocations AS part
    WHERE part.business_id = p_reversal.business_id AND part.customer_id = p_reversal.customer_id
      AND part.entry_no BETWEEN p_reversal.entry_no AND p_reversal.entry_no;
    RETURN v_own.is_right AND v_own.taken = v_parts;
END
$$;

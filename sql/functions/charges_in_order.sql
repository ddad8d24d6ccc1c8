-- Purpose: the charges that a request names, in the order of their numbers.
-- It has a sort, which its caller's settings forbid: PostgreSQL would compile the plan at every call (see batch_read_accounts).
-- Caller: charges_named.
CREATE OR REPLACE FUNCTION tallystick.charges_in_order(
    p_charge_nos bigint[], p_charge_ids uuid[], p_amounts bigint[],
    OUT charge_nos bigint[], OUT charge_ids uuid[], OUT amounts bigint[]
)
LANGUAGE plpgsql STABLE
SET enable_sort = on
AS $$
BEGIN
    SELECT array_agg(sorted.charge_no), array_agg(sorted.id), array_agg(sorted.amount) INTO charge_nos, charge_ids, amounts
    FROM (
        SELECT named.charge_no, named.id, named.amount
        FROM unnest(p_charge_nos, p_charge_ids, p_amounts) AS named (charge_no, id, amount)
        ORDER BY named.charge_no
    ) AS sorted;
END
$$;

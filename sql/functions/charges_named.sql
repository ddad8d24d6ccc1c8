-- Purpose: the charges of a customer that a request names by their ids, to settle p_amounts of them or, with a negative amount, to take
-- that back. (The id of a purchase's charge is that of its order.)
--
-- Of a charge can be settled what no other credit settles by name: its amount less what is allocated to it. Credit that names nothing
-- only passes over a charge that is settled by name, and settles the next one.
-- Locks: none. The caller holds the lock on the customer.
-- Outcomes: charge_not_found (charge_ids: those that are no charges of this customer), charge_open_amount_exceeded and
-- allocated_amount_exceeded (charge_ids, amounts, available_amounts: each that asks for more than there is); NULL: charge_nos and
-- amounts, in the order of their numbers, as ledger_record takes them, with charge_ids.
-- Caller: every function that settles charges by name; its plan settings apply. It has called check_charges.
CREATE OR REPLACE FUNCTION tallystick.charges_named(
    p_business_id uuid,
    p_customer_id uuid,
    p_charge_ids uuid[],
    p_amounts bigint[],
    OUT outcome text,
    OUT charge_nos bigint[],
    OUT charge_ids uuid[],
    OUT amounts bigint[],
    OUT available_amounts bigint[]
)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_named record;
BEGIN
    IF p_charge_ids IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(named.id) FILTER (WHERE named.entry_no IS NULL) AS unknown,
           array_agg(named.id) FILTER (WHERE named.amount > named.open) AS over,
           array_agg(named.amount) FILTER (WHERE named.amount > named.open) AS over_amounts,
           array_agg(named.open) FILTER (WHERE named.amount > named.open) AS over_open,
           array_agg(named.id) FILTER (WHERE named.allocated + named.amount < 0) AS under,
           array_agg(-named.amount) FILTER (WHERE named.allocated + named.amount < 0) AS under_amounts,
           array_agg(named.allocated) FILTER (WHERE named.allocated + named.amount < 0) AS under_allocated,
           array_agg(named.id) AS ids,
           array_agg(named.entry_no) AS nos,
           array_agg(named.amount) AS amounts
    INTO v_named
    FROM (
        SELECT asked.no, asked.id, asked.amount, charge.entry_no, allocated.amount AS allocated,
               charge.amount - allocated.amount AS open
        FROM unnest(p_charge_ids, p_amounts) WITH ORDINALITY AS asked (id, amount, no)
        LEFT JOIN LATERAL (
            SELECT entry.entry_no, entry.amount
            FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = p_business_id AND entry.id BETWEEN asked.id AND asked.id
              AND entry.customer_id = p_customer_id AND entry.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
            ORDER BY entry.id
            LIMIT 1
        ) AS charge ON true
        CROSS JOIN LATERAL (
            SELECT coalesce((
                SELECT part.allocated_after
                FROM tallystick.allocations AS part
                WHERE part.business_id = p_business_id AND part.customer_id = p_customer_id
                  AND part.charge_no = charge.entry_no
                ORDER BY part.charge_no DESC, part.part_no DESC
                LIMIT 1), 0) AS amount
        ) AS allocated
        ORDER BY asked.no
        LIMIT cardinality(p_charge_ids)
    ) AS named;
    IF v_named.unknown IS NOT NULL THEN
        outcome := 'charge_not_found';
        charge_ids := v_named.unknown;
    ELSIF v_named.over IS NOT NULL THEN
        outcome := 'charge_open_amount_exceeded';
        charge_ids := v_named.over;
        amounts := v_named.over_amounts;
        available_amounts := v_named.over_open;
    ELSIF v_named.under IS NOT NULL THEN
        outcome := 'allocated_amount_exceeded';
        charge_ids := v_named.under;
        amounts := v_named.under_amounts;
        available_amounts := v_named.under_allocated;
    ELSE
        SELECT sorted.charge_nos, sorted.charge_ids, sorted.amounts INTO charge_nos, charge_ids, amounts
        FROM tallystick.charges_in_order(v_named.nos, v_named.ids, v_named.amounts) AS sorted;
    END IF;
END
$$;

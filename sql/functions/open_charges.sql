-- Purpose: the charges of a customer that are not settled, oldest first, after entry p_after if it is given; as of p_as_of, or now if it
-- is NULL. What was written at p_as_of counts. open_amount is what no credit has settled: they add up to the balance, or there
-- are none. At most 200 charges and one more, which tells whether there is a next page.
--
-- A page looks at 5,000 entries at most. If it ends there, short of p_limit, a last row without an id has the number of the last
-- entry looked at: the list goes on after that.
-- No row: no such customer. One row of NULLs: a customer without (such) charges.
-- Locks: none.
-- Caller: db::aging.
CREATE OR REPLACE FUNCTION tallystick.open_charges(
    p_business_id uuid, p_customer_id uuid, p_as_of timestamptz, p_after bigint, p_limit integer
) RETURNS TABLE (
    entry_no bigint, id uuid, kind text, amount bigint, open_amount bigint, created_at timestamptz, due_at timestamptz,
    due_date date)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
AS $$
DECLARE
    v_last tallystick.credit_ledger;
    v_settled bigint;
    v_from bigint;
    v_to bigint;
    v_limit constant bigint := least(p_limit, 201);
    v_found bigint := 0;
BEGIN
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    v_last := tallystick.ledger_entry_as_of(p_business_id, p_customer_id, p_as_of);
    IF v_last.balance_after > 0 THEN
        v_settled := v_last.charged_total - v_last.balance_after - v_last.ahead_total;
        SELECT charge.entry_no INTO v_from
        FROM tallystick.credit_ledger AS charge
        WHERE charge.business_id = p_business_id AND charge.customer_id = p_customer_id
          AND charge.charged_total > v_settled
        ORDER BY charge.charged_total, charge.entry_no
        LIMIT 1;
        IF p_after >= v_from THEN
            v_from := least(p_after, v_last.entry_no) + 1;
        END IF;
        v_to := least(v_last.entry_no, v_from + 4999);
        RETURN QUERY
        SELECT charge.entry_no, charge.id, charge.kind, charge.amount,
               charge.amount - allocated.amount - greatest(v_settled - (charge.charged_total - charge.amount), 0),
               charge.created_at, charge.due_at, charge.due_date
        FROM tallystick.credit_ledger AS charge
        CROSS JOIN LATERAL (
            SELECT CASE WHEN v_last.ahead_total = 0 THEN 0 ELSE coalesce((
                SELECT part.allocated_after
                FROM tallystick.allocations AS part
                WHERE part.business_id = p_business_id AND part.customer_id = p_customer_id
                  AND part.charge_no = charge.entry_no AND part.entry_no <= v_last.entry_no
                ORDER BY part.charge_no DESC, part.part_no DESC
                LIMIT 1), 0) END AS amount
        ) AS allocated
        WHERE charge.business_id = p_business_id AND charge.customer_id = p_customer_id
          AND charge.entry_no BETWEEN v_from AND v_to
          AND charge.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
          AND charge.amount > allocated.amount
        ORDER BY charge.entry_no
        LIMIT v_limit;
        GET DIAGNOSTICS v_found = ROW_COUNT;
    END IF;
    IF v_found < v_limit AND v_to < v_last.entry_no THEN
        entry_no := v_to;
        RETURN NEXT;
    ELSIF v_found = 0 THEN
        RETURN NEXT;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.open_charges TO tallystick_app;

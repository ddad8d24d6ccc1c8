-- Purpose: how old the debt of each customer of a business is who owes something, as of p_as_of, or now if it is NULL: the balance,
-- and how much of it is due for how many days (see ledger_aging). Newest customer first, before p_before if it is given. At most
-- 200 customers and one more, which tells whether there is a next page.
--
-- Each customer is asked by look-ups in the ledger. A pass over all entries would have no pages. Like overdue_list, a page asks
-- 5,000 customers at most, and none after 100 ms, in parts of 500. If it ends there, short of p_limit, a last row without a name
-- has the id of the last customer asked: the list goes on before that.
-- Locks: none.
-- Caller: db::aging.
CREATE OR REPLACE FUNCTION tallystick.business_aging(
    p_business_id uuid, p_as_of timestamptz, p_before uuid, p_limit integer
) RETURNS TABLE (
    customer_id uuid, name text, external_id text, balance bigint, not_due bigint, days_1_to_30 bigint, days_31_to_60 bigint,
    days_61_to_90 bigint, over_90_days bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
-- What the functions below are assumed to cost would compile the plan.
SET jit = off
AS $$
DECLARE
    v_end timestamptz := clock_timestamp() + interval '100 milliseconds';
    v_at timestamptz := coalesce(p_as_of, now());
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_missing bigint := least(p_limit, 201);
    v_found bigint;
BEGIN
    FOR v_part IN 1..10 LOOP
        RETURN QUERY
        SELECT asked.id, asked.name::text, asked.external_id::text, (asked.entry).balance_after, aging.*
        FROM (
            SELECT customer.id, customer.name, customer.external_id,
                   tallystick.ledger_entry_as_of(p_business_id, customer.id, p_as_of) AS entry
            FROM tallystick.customers AS customer
            WHERE customer.business_id = p_business_id AND customer.id < v_before
            ORDER BY customer.id DESC
            LIMIT 500
        ) AS asked
        CROSS JOIN LATERAL tallystick.ledger_aging(asked.entry, v_at) AS aging
        WHERE (asked.entry).balance_after > 0
        LIMIT v_missing;

        GET DIAGNOSTICS v_found = ROW_COUNT;
        v_missing := v_missing - v_found;
        IF v_missing <= 0 THEN
            RETURN;
        END IF;
        -- The last customer of this part.
        SELECT customer.id INTO v_before
        FROM tallystick.customers AS customer
        WHERE customer.business_id = p_business_id AND customer.id < v_before
        ORDER BY customer.id DESC
        OFFSET 499
        LIMIT 1;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        EXIT WHEN clock_timestamp() > v_end;
    END LOOP;
    customer_id := v_before;
    RETURN NEXT;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.business_aging TO tallystick_app;

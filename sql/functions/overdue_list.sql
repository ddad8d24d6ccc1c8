-- Purpose: a business's overdue customers, newest customer first, before p_before if it is given. The order is that of a
-- property that never changes, so that no customer moves between pages while payments come in. At most 200 customers and one
-- more, which tells whether there is a next page.
--
-- Who is overdue is not known before each customer's ledger was asked. So that a page has an end also where next to nobody is
-- overdue, it asks 5,000 customers at most, and none after 100 ms. They are asked in parts of 500; one part is always asked. If
-- the page ends there, short of p_limit, a last row without a name has the id of the last customer asked: the list goes on
-- before that.
--
-- Caller: db::ledger.
CREATE OR REPLACE FUNCTION tallystick.overdue_list(p_business_id uuid, p_before uuid, p_limit integer)
RETURNS SETOF tallystick.overdue_customers
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan, whatever the statistics say: customers in the order of the list, the ledger by a look-up for each, no
-- further than the page needs. Where tables were never analysed another one may seem cheaper: all customers at once,
-- and then a sort, for every page.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
-- What the search for the amounts is assumed to cost would compile the plan.
SET jit = off
AS $$
DECLARE
    v_end timestamptz := clock_timestamp() + interval '100 milliseconds';
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_missing bigint := least(p_limit, 201);
    v_found bigint;
BEGIN
    FOR v_part IN 1..10 LOOP
        -- The rows of overdue_customers. Its own condition would be applied before the inner LIMIT, which counts who was asked.
        RETURN QUERY
        SELECT asked.business_id, asked.id, asked.name, asked.external_id, asked.balance, asked.oldest_unpaid_at,
               floor(extract(epoch FROM now() - asked.oldest_unpaid_at) / 86400)::integer,
               (
                   SELECT due.overdue_amount
                   FROM tallystick.overdue_amounts AS due
                   WHERE due.business_id = p_business_id AND due.customer_id BETWEEN asked.id AND asked.id
                   ORDER BY due.customer_id
               )
        FROM (
            SELECT account.*
            FROM tallystick.customer_accounts AS account
            WHERE account.business_id = p_business_id AND account.id < v_before
            ORDER BY account.id DESC
            LIMIT 500
        ) AS asked
        WHERE asked.overdue
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
    RETURN QUERY SELECT p_business_id, v_before, NULL::tallystick.visible_text, NULL::tallystick.identifying_text, NULL::bigint,
                        NULL::timestamptz, NULL::integer, NULL::bigint;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.overdue_list TO tallystick_app;

-- Purpose: a business's overdue customers, newest customer first, before p_before if it is given. The order is that
-- of a property that never changes, so that no customer moves between pages while payments come in.
--
-- Who is overdue is not known before each customer's ledger was asked. So that the cost of a page has an end also where
-- next to nobody is overdue, it asks 50,000 customers at most (or p_limit, if that is more). If it ends there, short of
-- p_limit, a last row without a name has the id of the last customer asked: the list goes on before that.
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
AS $$
DECLARE
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_most integer := CASE WHEN p_limit < 50000 THEN 50000 ELSE p_limit END;
    v_found bigint;
BEGIN
    -- The rows of overdue_customers. Its own condition would be applied before the inner LIMIT, which counts who was asked.
    RETURN QUERY
    SELECT asked.business_id, asked.id, asked.name, asked.external_id, asked.balance, asked.oldest_unpaid_at,
           floor(extract(epoch FROM now() - asked.oldest_unpaid_at) / 86400)::integer
    FROM (
        SELECT account.*
        FROM tallystick.customer_accounts AS account
        WHERE account.business_id = p_business_id AND account.id < v_before
        ORDER BY account.id DESC
        LIMIT v_most
    ) AS asked
    WHERE asked.overdue
    LIMIT p_limit;

    GET DIAGNOSTICS v_found = ROW_COUNT;
    IF v_found < p_limit THEN
        RETURN QUERY
        SELECT p_business_id, customer.id, NULL::text, NULL::text, NULL::bigint, NULL::timestamptz, NULL::integer
        FROM tallystick.customers AS customer
        WHERE customer.business_id = p_business_id AND customer.id < v_before
        ORDER BY customer.id DESC
        OFFSET v_most - 1
        LIMIT 1;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.overdue_list TO tallystick_app;

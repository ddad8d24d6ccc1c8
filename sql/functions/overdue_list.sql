-- Purpose: a business's overdue customers, newest customer first, before p_before if it is given. The order is that
-- of a property that never changes, so that no customer moves between pages while payments come in.
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
BEGIN
    RETURN QUERY
    SELECT overdue.*
    FROM tallystick.overdue_customers AS overdue
    WHERE overdue.business_id = p_business_id AND overdue.customer_id < v_before
    ORDER BY overdue.customer_id DESC
    LIMIT p_limit;
END
$$;

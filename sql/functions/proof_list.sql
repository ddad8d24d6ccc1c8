-- Purpose: the last entries of a business's customers, each with the hash that proves it and all entries before it, in the
-- order of the customers' ids, after p_after if it is given. A row for each customer, so that the next page knows where to go on:
-- one without entries has NULLs.
-- A page looks at no more than 1,000 customers, at each with one look-up.
-- Caller: db::proofs.
CREATE OR REPLACE FUNCTION tallystick.proof_list(p_business_id uuid, p_after uuid, p_limit integer)
RETURNS TABLE (customer_id uuid, entry_no bigint, entry_hash bytea)
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
    -- A variable, since the planner uses no index for a condition with coalesce() under row level security.
    v_after uuid := coalesce(p_after, '00000000-0000-0000-0000-000000000000');
BEGIN
    RETURN QUERY
    SELECT asked.id, last.entry_no, last.entry_hash
    FROM (
        SELECT customer.id
        FROM tallystick.customers AS customer
        WHERE customer.business_id = p_business_id AND customer.id > v_after
        ORDER BY customer.id
        LIMIT least(p_limit, 1000)
    ) AS asked
    LEFT JOIN LATERAL (
        SELECT entry.entry_no, entry.entry_hash
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = p_business_id AND entry.customer_id = asked.id
        ORDER BY entry.charged_total DESC, entry.entry_no DESC
        LIMIT 1
    ) AS last ON true
    ORDER BY asked.id;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.proof_list TO tallystick_app;

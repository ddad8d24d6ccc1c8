-- Purpose: a customer's ledger entries, newest first, before entry p_before if it is given.
-- At most 200 entries and one more, which tells whether there is a next page.
-- No row: no such customer. One row of NULLs: a customer without (such) entries.
CREATE OR REPLACE FUNCTION tallystick.ledger_list(
    p_business_id uuid, p_customer_id uuid, p_before bigint, p_limit integer
) RETURNS SETOF tallystick.credit_ledger
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    -- A variable, since the planner uses no index for a condition with coalesce() under row level security.
    v_before bigint := coalesce(p_before, 9223372036854775807);
    v_none tallystick.credit_ledger;
BEGIN
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT entry.*
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
      AND entry.entry_no < v_before
    ORDER BY entry.entry_no DESC
    LIMIT least(p_limit, 201);
    IF NOT FOUND THEN
        RETURN NEXT v_none;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.ledger_list TO tallystick_app;

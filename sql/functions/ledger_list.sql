-- Purpose: a customer's ledger entries, newest first, before entry p_before if it is given.
-- At most 200 entries and one more, which tells whether there is a next page.
-- No row: no such customer. One row of NULLs: a customer without (such) entries.
CREATE OR REPLACE FUNCTION tallystick.ledger_list(
    p_business_id uuid, p_customer_id uuid, p_before bigint, p_limit integer
) RETURNS TABLE (
    id uuid, entry_no bigint, kind text, amount bigint, balance_before bigint, balance_after bigint,
    credit_limit bigint, order_id uuid, created_at timestamptz
)
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
BEGIN
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT entry.id, entry.entry_no, entry.kind, entry.amount, entry.balance_before, entry.balance_after,
           entry.credit_limit, entry.order_id, entry.created_at
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
      AND entry.entry_no < v_before
    ORDER BY entry.entry_no DESC
    LIMIT least(p_limit, 201);
    IF NOT FOUND THEN
        RETURN NEXT;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.ledger_list TO tallystick_app;

-- Purpose: the ledger entries of a business that somebody allowed beyond the credit limit, newest first, before p_before if it is
-- given: each has an authorized_limit, and would have been refused without. The order is that of their ids.
-- At most 200 entries and one more, which tells whether there is a next page.
-- Caller: db::adjustments.
CREATE OR REPLACE FUNCTION tallystick.limit_override_list(p_business_id uuid, p_before uuid, p_limit integer)
RETURNS SETOF tallystick.credit_ledger
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
    RETURN QUERY
    SELECT entry.*
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.authorized_limit IS NOT NULL AND entry.id < v_before
    -- The order that only the index of overrides has.
    ORDER BY entry.id DESC, entry.authorized_limit DESC
    LIMIT least(p_limit, 201);
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.limit_override_list TO tallystick_app;

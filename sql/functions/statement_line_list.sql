-- Purpose: the lines of a statement: a customer's ledger entries, oldest first, after entry p_after and up to entry p_last if they are
-- given, each with the days on which it was made and is due (a charge; else of no meaning) in the time zone p_time_zone, or UTC.
-- Entries never change, so the parts of a statement fit together whenever they are read.
-- At most 200 entries and one more.
-- Locks: none.
-- Caller: db::statements.
CREATE OR REPLACE FUNCTION tallystick.statement_line_list(
    p_business_id uuid, p_customer_id uuid, p_after bigint, p_last bigint, p_time_zone text, p_limit integer
) RETURNS TABLE (
    entry_no bigint, id uuid, kind text, made_on date, created_at timestamptz, amount bigint, balance_after bigint,
    reverses_no bigint, due_at timestamptz, due_date date, due_on date, received_on date, reference text, reason text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    -- Variables, since the planner uses no index for a condition with coalesce() under row level security.
    v_after bigint := coalesce(p_after, 0);
    v_last bigint := coalesce(p_last, 9223372036854775807);
    v_time_zone text := coalesce(p_time_zone, 'UTC');
BEGIN
    RETURN QUERY
    SELECT entry.entry_no, entry.id, entry.kind, (entry.created_at AT TIME ZONE v_time_zone)::date, entry.created_at, entry.amount,
           entry.balance_after, entry.reverses_no, entry.due_at, entry.due_date,
           coalesce(entry.due_date, (entry.due_at AT TIME ZONE v_time_zone)::date), entry.received_on, entry.reference::text,
           entry.reason::text
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
      AND entry.entry_no > v_after AND entry.entry_no <= v_last
    ORDER BY entry.entry_no
    LIMIT least(p_limit, 201);
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.statement_line_list TO tallystick_app;

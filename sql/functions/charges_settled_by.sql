-- Purpose: which charges an entry settles by name, in the order of their numbers, and how much of each; negative takes back.
-- NULL if it names none. Only an entry that changed allocated_total, or a note of allocations, can name any.
-- Locks: none. Entries and parts never change.
-- Caller: ledger_begin, and readers of single entries.
CREATE OR REPLACE FUNCTION tallystick.charges_settled_by(
    p_entry tallystick.credit_ledger, OUT charge_ids uuid[], OUT amounts bigint[]
)
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
BEGIN
    SELECT array_agg(charge.id), array_agg(part.amount) INTO charge_ids, amounts
    FROM (
        SELECT part.charge_no, part.amount
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_entry.business_id AND part.customer_id = p_entry.customer_id
          AND part.entry_no BETWEEN p_entry.entry_no AND p_entry.entry_no
        ORDER BY part.entry_no, part.charge_no
    ) AS part
    CROSS JOIN LATERAL (
        SELECT entry.id
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = p_entry.business_id AND entry.customer_id = p_entry.customer_id
          AND entry.entry_no BETWEEN part.charge_no AND part.charge_no
        ORDER BY entry.entry_no
        LIMIT 1
    ) AS charge;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.charges_settled_by TO tallystick_app;

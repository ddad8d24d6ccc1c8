-- Purpose: a business's ledger entries of the kinds p_kinds, newest first, before p_before if it is given; with p_customer_id only
-- that customer's, or with p_reference only those with that reference. Not with both: no index has both, and a reference finds few.
-- At most 200 entries and one more, which tells whether there is a next page. The charges that an entry settles are left to entry_get:
-- there may be 500 of each.
--
-- Each kind is looked up by itself, and then the kinds are merged by a sort, of 201 entries of each kind at most. The orders and
-- conditions of the look-ups are those of one index each. Purchases have no such index: they are listed as orders.
-- Caller: db::entries.
CREATE OR REPLACE FUNCTION tallystick.entry_list(
    p_business_id uuid, p_kinds text[], p_customer_id uuid, p_reference text, p_before uuid, p_limit integer
) RETURNS SETOF tallystick.entry_record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
-- Another index has the beginning of the order: all entries of a customer, or of a kind, would be read and sorted.
SET enable_incremental_sort = off
-- What a sort is assumed to cost now would compile the plan of the merge.
SET jit = off
AS $$
DECLARE
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_limit constant bigint := least(p_limit, 201);
    v_kind text;
    v_entries tallystick.credit_ledger[] := '{}';
BEGIN
    IF p_customer_id IS NOT NULL AND p_reference IS NOT NULL THEN
        RAISE EXCEPTION 'a list is of one customer or of one reference' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Rows are compared, because only one index has each of these orders.
    FOREACH v_kind IN ARRAY coalesce(p_kinds, '{}') LOOP
        IF p_customer_id IS NOT NULL THEN
            v_entries := v_entries || ARRAY(
                SELECT entry FROM tallystick.credit_ledger AS entry
                WHERE entry.business_id = p_business_id AND entry.kind <> 'purchase'
                  AND (entry.customer_id, entry.kind) >= (p_customer_id, v_kind)
                  AND (entry.customer_id, entry.kind, entry.id) < (p_customer_id, v_kind, v_before)
                ORDER BY entry.customer_id DESC, entry.kind DESC, entry.id DESC
                LIMIT v_limit);
        ELSIF p_reference IS NOT NULL THEN
            v_entries := v_entries || ARRAY(
                SELECT entry FROM tallystick.credit_ledger AS entry
                WHERE entry.business_id = p_business_id AND entry.kind = v_kind AND entry.kind <> 'purchase'
                  AND entry.reference >= p_reference AND (entry.reference, entry.id) < (p_reference, v_before)
                ORDER BY entry.reference DESC, entry.id DESC
                LIMIT v_limit);
        ELSE
            v_entries := v_entries || ARRAY(
                SELECT entry FROM tallystick.credit_ledger AS entry
                WHERE entry.business_id = p_business_id AND entry.kind <> 'purchase'
                  AND entry.kind >= v_kind AND (entry.kind, entry.id) < (v_kind, v_before)
                ORDER BY entry.kind DESC, entry.id DESC
                LIMIT v_limit);
        END IF;
    END LOOP;
    RETURN QUERY
    SELECT page.entry, NULL::uuid[], NULL::bigint[], reversal.id
    FROM (
        SELECT listed AS entry
        FROM unnest(v_entries) AS listed
        ORDER BY listed.id DESC
        LIMIT v_limit
    ) AS page
    LEFT JOIN LATERAL (
        SELECT reversal.id
        FROM tallystick.credit_ledger AS reversal
        WHERE reversal.business_id = p_business_id AND reversal.customer_id = (page.entry).customer_id
          AND reversal.reverses_no BETWEEN (page.entry).entry_no AND (page.entry).entry_no
        ORDER BY reversal.reverses_no
        LIMIT 1
    ) AS reversal ON true
    ORDER BY (page.entry).id DESC;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.entry_list TO tallystick_app;

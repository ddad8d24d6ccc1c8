-- Triggers
-- Triggers refuse UPDATE, DELETE and TRUNCATE of facts, hold new ledger entries to the rules of their kind and to the entries
-- before them, make allocations those of their ledger entries, the lines of a new order those of its total and its ledger entry,
-- and the lines of a return those of its order and its ledger entry, keep customers, and keep what products were called. They fire always, also in a session that sets
-- session_replication_role. One does not: that which refuses unknown time zones, because a restore must not fail where a zone is
-- called otherwise.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE
        WHEN present.oid IS NULL THEN 'the trigger is missing'
        WHEN present.tgenabled <> 'A' AND needed.always THEN 'the trigger does not fire always'
        WHEN present.tgenabled <> 'O' AND NOT needed.always THEN 'the trigger is switched off, or fires always'
        WHEN present.tgtype <> needed.type THEN 'the trigger does not fire for what it should'
        WHEN present.tgqual IS NOT NULL OR fires.columns IS DISTINCT FROM needed.columns
            THEN 'the trigger fires under a condition only'
        WHEN present.tgfoid IS DISTINCT FROM to_regprocedure(needed.function)
            THEN format('the trigger executes %s', present.tgfoid::regprocedure)
    END AS wrong,
    CASE WHEN present.tgenabled <> CASE WHEN needed.always THEN 'A' ELSE 'O' END
        THEN format('ALTER TABLE %s ENABLE%s TRIGGER %I', needed."table", CASE WHEN needed.always THEN ' ALWAYS' END,
                    needed.trigger)
        ELSE 'tallystick migrate --reapply' END AS mend,
    needed."table",
    needed.trigger
FROM (
    -- tgtype: 1 each row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate.
    SELECT 'tallystick.' || facts.name AS "table", refusal.trigger, refusal.type, 'tallystick.refuse_change()' AS function,
           NULL AS columns, true AS always
    FROM unnest(ARRAY['product_versions', 'stock_movements', 'orders', 'order_items', 'credit_ledger', 'allocations',
                      'returns', 'return_items']) AS facts (name)
    CROSS JOIN (VALUES ('refuse_change', 1 + 2 + 8 + 16), ('refuse_truncate', 2 + 32)) AS refusal (trigger, type)
    UNION ALL
    SELECT 'tallystick.order_items', 'order_lines_add_up', 4, 'tallystick.order_lines_add_up()', NULL, true
    UNION ALL
    SELECT 'tallystick.return_items', 'return_lines_add_up', 4, 'tallystick.return_lines_add_up()', NULL, true
    UNION ALL
    SELECT 'tallystick.credit_ledger', 'ledger_entries_are_right', 4, 'tallystick.ledger_entries_are_right()', NULL, true
    UNION ALL
    SELECT 'tallystick.allocations', 'allocations_agree', 4, 'tallystick.allocations_agree()', NULL, true
    UNION ALL
    SELECT 'tallystick.products', 'product_is_versioned', 1 + 4 + 16, 'tallystick.product_is_versioned()',
           'id, name, quantity_decimals, sku, unit, version_no', true
    UNION ALL
    SELECT 'tallystick.customers', 'customers_stay', 1 + 2 + 8 + 16, 'tallystick.customers_stay()', 'business_id, id', true
    UNION ALL
    SELECT 'tallystick.customers', 'refuse_truncate', 2 + 32, 'tallystick.customers_stay()', NULL, true
    UNION ALL
    SELECT 'tallystick.businesses', 'business_time_zone_is_known', 1 + 2 + 4 + 16,
           'tallystick.business_time_zone_is_known()', 'time_zone', false
) AS needed
LEFT JOIN pg_trigger AS present
    ON present.tgrelid = to_regclass(needed."table") AND present.tgname = needed.trigger AND NOT present.tgisinternal
LEFT JOIN LATERAL (
    -- The columns whose updates fire it; NULL if all do.
    SELECT string_agg(attribute.attname, ', ' ORDER BY attribute.attname) AS columns
    FROM pg_attribute AS attribute
    WHERE attribute.attrelid = present.tgrelid AND attribute.attnum = ANY (present.tgattr)
) AS fires ON true

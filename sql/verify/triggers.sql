-- Triggers
-- Triggers refuse UPDATE, DELETE and TRUNCATE of facts, hold new ledger entries to the rules of their kind and to the entries before
-- them, make allocations those of their ledger entries and the lines of a new order those of its total and its ledger entry, and
-- keep what products were called. They fire always, also in a session that sets session_replication_role.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE
        WHEN present.oid IS NULL THEN 'the trigger is missing'
        WHEN present.tgenabled <> 'A' THEN 'the trigger does not fire always'
        WHEN present.tgtype <> needed.type THEN 'the trigger does not fire for what it should'
        WHEN present.tgqual IS NOT NULL OR fires.columns IS DISTINCT FROM needed.columns
            THEN 'the trigger fires under a condition only'
        WHEN present.tgfoid IS DISTINCT FROM to_regprocedure(needed.function)
            THEN format('the trigger executes %s', present.tgfoid::regprocedure)
    END AS wrong,
    CASE WHEN present.tgenabled <> 'A'
        THEN format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', needed."table", needed.trigger)
        ELSE 'tallystick migrate --reapply' END AS mend,
    needed."table",
    needed.trigger
FROM (
    -- tgtype: 1 each row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate.
    SELECT 'tallystick.' || facts.name AS "table", refusal.trigger, refusal.type, 'tallystick.refuse_change()' AS function,
           NULL AS columns
    FROM unnest(ARRAY['product_versions', 'stock_movements', 'orders', 'order_items', 'credit_ledger',
                      'allocations']) AS facts (name)
    CROSS JOIN (VALUES ('refuse_change', 1 + 2 + 8 + 16), ('refuse_truncate', 2 + 32)) AS refusal (trigger, type)
    UNION ALL
    SELECT 'tallystick.order_items', 'order_lines_add_up', 4, 'tallystick.order_lines_add_up()', NULL
    UNION ALL
    SELECT 'tallystick.credit_ledger', 'ledger_entries_are_right', 4, 'tallystick.ledger_entries_are_right()', NULL
    UNION ALL
    SELECT 'tallystick.allocations', 'allocations_agree', 1 + 4, 'tallystick.allocations_agree()', NULL
    UNION ALL
    SELECT 'tallystick.products', 'product_is_versioned', 1 + 4 + 16, 'tallystick.product_is_versioned()',
           'id, name, quantity_decimals, sku, unit, version_no'
) AS needed
LEFT JOIN pg_trigger AS present
    ON present.tgrelid = to_regclass(needed."table") AND present.tgname = needed.trigger AND NOT present.tgisinternal
LEFT JOIN LATERAL (
    -- The columns whose updates fire it; NULL if all do.
    SELECT string_agg(attribute.attname, ', ' ORDER BY attribute.attname) AS columns
    FROM pg_attribute AS attribute
    WHERE attribute.attrelid = present.tgrelid AND attribute.attnum = ANY (present.tgattr)
) AS fires ON true

-- Foreign keys
-- Every foreign key of our tables is checked by its four triggers, two on either table. Each fires, calls the function that
-- PostgreSQL gave it, and is deferred only if the constraint is.
SELECT
    NULL::uuid AS business_id,
    count(*) AS rows_checked,
    string_agg(judged.wrong, '; ' ORDER BY judged.wrong) AS wrong,
    string_agg(DISTINCT judged.mend, '; ') FILTER (WHERE judged.wrong IS NOT NULL) AS mend,
    judged."table",
    judged."constraint"
FROM (
    SELECT
        CASE
            WHEN present.oid IS NULL THEN format('nothing checks it on %s of %s', needed.event, needed.relation::regclass)
            WHEN present.tgenabled <> 'O' THEN format('it is switched off on %s of %s', needed.event, needed.relation::regclass)
            WHEN present.tgfoid IS DISTINCT FROM to_regproc('pg_catalog."' || needed.function || '"')
                THEN format('on %s of %s it executes %s', needed.event, needed.relation::regclass, present.tgfoid::regproc)
            WHEN present.tgdeferrable <> named.condeferrable OR present.tginitdeferred <> named.condeferred
                THEN format('on %s of %s it is checked at another time than it says', needed.event, needed.relation::regclass)
        END AS wrong,
        CASE
            WHEN present.oid IS NOT NULL AND present.tgenabled <> 'O'
                THEN format('ALTER TABLE %s ENABLE TRIGGER %I', needed.relation::regclass, present.tgname)
            ELSE format(
                'DELETE FROM pg_depend AS lost WHERE lost.classid = ''pg_trigger''::regclass'
                ' AND NOT EXISTS (SELECT FROM pg_trigger AS kept WHERE kept.oid = lost.objid);'
                ' ALTER TABLE %1$s DROP CONSTRAINT %2$I; ALTER TABLE %1$s ADD CONSTRAINT %2$I %3$s',
                named.conrelid::regclass, named.conname, pg_get_constraintdef(named.oid))
        END AS mend,
        named.conrelid::regclass::text AS "table",
        named.conname AS "constraint"
    FROM pg_constraint AS named
    JOIN pg_class AS relation ON relation.oid = named.conrelid
    JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
    CROSS JOIN LATERAL (
        SELECT coalesce((to_jsonb(named) ->> 'conenforced')::boolean, true) AS is_enforced
    ) AS enforcement
    CROSS JOIN LATERAL (
        -- tgtype: 1 each row, 4 insert, 8 delete, 16 update; after the event.
        SELECT named.conrelid AS relation, 'INSERT' AS event, 1 + 4 AS type, 'RI_FKey_check_ins' AS function
        UNION ALL
        SELECT named.conrelid, 'UPDATE', 1 + 16, 'RI_FKey_check_upd'
        UNION ALL
        SELECT named.confrelid, 'DELETE', 1 + 8, format('RI_FKey_%s_del', action.name)
        FROM (VALUES ('a', 'noaction'), ('r', 'restrict'), ('c', 'cascade'), ('n', 'setnull'), ('d', 'setdefault'))
            AS action (code, name)
        WHERE action.code = named.confdeltype::text
        UNION ALL
        SELECT named.confrelid, 'UPDATE', 1 + 16, format('RI_FKey_%s_upd', action.name)
        FROM (VALUES ('a', 'noaction'), ('r', 'restrict'), ('c', 'cascade'), ('n', 'setnull'), ('d', 'setdefault'))
            AS action (code, name)
        WHERE action.code = named.confupdtype::text
    ) AS needed
    -- A foreign key of a table to itself has all four on that table, so the function decides.
    LEFT JOIN LATERAL (
        SELECT enforcing.*
        FROM pg_trigger AS enforcing
        JOIN pg_proc AS function ON function.oid = enforcing.tgfoid
        WHERE enforcing.tgconstraint = named.oid AND enforcing.tgrelid = needed.relation AND enforcing.tgtype = needed.type
        ORDER BY function.proname = needed.function DESC
        LIMIT 1
    ) AS present ON true
    WHERE schema.nspname = 'tallystick' AND named.contype = 'f' AND enforcement.is_enforced
) AS judged
GROUP BY judged."table", judged."constraint"

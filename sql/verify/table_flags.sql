-- Table flags
-- PostgreSQL trusts flags: without relchecks it checks no CHECK, without relhastriggers it fires no trigger, without
-- relhasindex it keeps no index. Each flag of our tables says what is there; every index is valid, and every constraint is
-- validated and enforced.
WITH ours AS (
    SELECT relation.*, relation.oid::regclass::text AS name
    FROM pg_class AS relation
    JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE schema.nspname IN ('tallystick', 'tallystick_migrate') AND relation.relkind IN ('r', 'p')
)
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN flag.is_wrong THEN flag.wrong END AS wrong,
    format('UPDATE pg_class SET %s WHERE oid = %L::regclass', flag.mend, ours.name) AS mend,
    ours.name AS "table",
    NULL AS name
FROM ours
CROSS JOIN LATERAL (
    SELECT
        (SELECT count(*) FROM pg_constraint AS held WHERE held.conrelid = ours.oid AND held.contype = 'c') AS checks,
        EXISTS (SELECT FROM pg_trigger AS held WHERE held.tgrelid = ours.oid) AS has_triggers,
        EXISTS (SELECT FROM pg_index AS held WHERE held.indrelid = ours.oid) AS has_indexes,
        (SELECT count(*) FROM pg_attribute AS held WHERE held.attrelid = ours.oid AND held.attnum > 0) AS columns
) AS there
CROSS JOIN LATERAL (VALUES
    (ours.relchecks <> there.checks, format('it checks %s of its %s CHECK constraints', ours.relchecks, there.checks),
     format('relchecks = %s', there.checks)),
    (there.has_triggers AND NOT ours.relhastriggers, 'none of its triggers fires, and no foreign key is checked',
     'relhastriggers = true'),
    (there.has_indexes AND NOT ours.relhasindex, 'none of its indexes is kept, and no key is unique', 'relhasindex = true'),
    (ours.relnatts <> there.columns, format('it has %s columns and says %s', there.columns, ours.relnatts),
     format('relnatts = %s', there.columns))
) AS flag (is_wrong, wrong, mend)
UNION ALL
SELECT NULL, 1,
    CASE WHEN NOT (index.indisvalid AND index.indisready AND index.indislive)
        THEN format('the index is not %s', CASE
            WHEN NOT index.indislive THEN 'alive' WHEN NOT index.indisready THEN 'kept up to date' ELSE 'valid' END) END,
    format('REINDEX INDEX %s', index.indexrelid::regclass), ours.name, index.indexrelid::regclass::text
FROM ours
JOIN pg_index AS index ON index.indrelid = ours.oid
UNION ALL
SELECT NULL, 1,
    nullif(concat_ws('; ',
        CASE WHEN NOT named.convalidated THEN 'the constraint was never proven for the rows that are there' END,
        CASE WHEN (to_jsonb(named) ->> 'conenforced') = 'false' THEN 'the constraint is not enforced' END), ''),
    CASE WHEN (to_jsonb(named) ->> 'conenforced') = 'false' AND named.contype = 'f'
        THEN format('ALTER TABLE %s ALTER CONSTRAINT %I ENFORCED', ours.name, named.conname)
        ELSE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', ours.name, named.conname) END,
    ours.name, named.conname
FROM ours
JOIN pg_constraint AS named ON named.conrelid = ours.oid
UNION ALL
SELECT NULL, 1,
    CASE WHEN attribute.atthasdef <> (default_value.oid IS NOT NULL)
        THEN 'the column says that it has a default or is computed, but nothing says how' END,
    NULL, ours.name, attribute.attname
FROM ours
JOIN pg_attribute AS attribute ON attribute.attrelid = ours.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
LEFT JOIN pg_attrdef AS default_value
    ON default_value.adrelid = ours.oid AND default_value.adnum = attribute.attnum

-- Tenant keys
-- Every table in schema tallystick has a primary key. Every primary, unique and foreign key begins with business_id, foreign
-- keys on both sides. All keys are valid, and nothing that enforces them is switched off. One key is of the platform's own
-- idempotency keys: migrations/0009_creations.sql says why.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN held.kind = 'none' THEN 'it has no primary key' END,
        CASE WHEN held.first_column IS DISTINCT FROM 'business_id' AND held.kind <> 'none'
                AND held.name <> 'creations_platform_key_is_used_once'
            THEN 'it does not begin with business_id' END,
        CASE WHEN held.first_referenced_column IS DISTINCT FROM 'business_id' AND held.kind = 'foreign key'
            THEN 'what it references does not begin with business_id' END,
        CASE WHEN NOT held.is_valid THEN 'it is not valid' END,
        CASE WHEN NOT held.is_enforced THEN 'it is switched off' END
    ), '') AS wrong,
    CASE
        WHEN held.kind = 'foreign key' AND NOT held.is_enforced THEN NULL -- foreign_keys.sql says it for each trigger.
        WHEN held.kind = 'foreign key' AND NOT held.is_valid
            THEN format('ALTER TABLE %s VALIDATE CONSTRAINT %I', held.relation::regclass, held.name)
        WHEN held.kind = 'foreign key'
            THEN format('ALTER TABLE %s DROP CONSTRAINT %I', held.relation::regclass, held.name)
        WHEN NOT held.is_valid THEN format('REINDEX INDEX %I.%I', 'tallystick', held.name)
        WHEN held.kind = 'unique key' THEN format('DROP INDEX %I.%I', 'tallystick', held.name)
    END AS mend,
    held.relation::regclass::text AS "table",
    held.kind,
    held.name
FROM (
    SELECT
        index.indrelid AS relation,
        CASE WHEN index.indisprimary THEN 'primary key' ELSE 'unique key' END AS kind,
        relation.relname::text AS name,
        first.attname AS first_column,
        NULL::name AS first_referenced_column,
        index.indisvalid AND index.indisready AND index.indislive AS is_valid,
        true AS is_enforced
    FROM pg_index AS index
    JOIN pg_class AS relation ON relation.oid = index.indexrelid
    LEFT JOIN pg_attribute AS first ON first.attrelid = index.indrelid AND first.attnum = index.indkey[0]
    WHERE index.indisunique
    UNION ALL
    SELECT
        named.conrelid, 'foreign key', named.conname, first.attname, first_referenced.attname, named.convalidated,
        NOT EXISTS (
            SELECT FROM pg_trigger AS enforcing
            WHERE enforcing.tgconstraint = named.oid AND enforcing.tgisinternal AND enforcing.tgenabled <> 'O')
    FROM pg_constraint AS named
    LEFT JOIN pg_attribute AS first ON first.attrelid = named.conrelid AND first.attnum = named.conkey[1]
    LEFT JOIN pg_attribute AS first_referenced
        ON first_referenced.attrelid = named.confrelid AND first_referenced.attnum = named.confkey[1]
    WHERE named.contype = 'f'
    UNION ALL
    SELECT relation.oid, 'none', NULL, NULL, NULL, true, true
    FROM pg_class AS relation
    WHERE relation.relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_index AS index WHERE index.indrelid = relation.oid AND index.indisprimary)
) AS held
JOIN pg_class AS tenant_table ON tenant_table.oid = held.relation
WHERE tenant_table.relnamespace = (SELECT schema.oid FROM pg_namespace AS schema WHERE schema.nspname = 'tallystick')

-- Views
-- Every view in schema tallystick reads with its reader's rights, under the reader's row level security. A view elsewhere
-- may read our tables with its owner's rights, directly or through other views, or keep a copy; then neither PUBLIC nor the
-- server nor an API role has a privilege on that view.
WITH
caller AS MATERIALIZED (
    {callers}
),
open_schema AS MATERIALIZED (
    {open_schemas}
)
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN judged.kind = 'm' AND (judged.is_ours OR judged.readers IS NOT NULL)
            THEN 'a materialized view is a copy without row level security' END,
        CASE WHEN judged.kind = 'v' AND NOT judged.is_invoker AND (judged.is_ours OR judged.readers IS NOT NULL)
            THEN 'it reads with its owner''s rights (security_invoker is not set)' END,
        CASE WHEN NOT judged.is_ours AND NOT judged.is_invoker AND judged.readers IS NOT NULL
            THEN 'it can be read by ' || judged.readers END,
        CASE WHEN judged.is_ours AND judged.owner <> 'tallystick_owner' THEN format('it belongs to %I', judged.owner) END
    ), '') AS wrong,
    CASE
        WHEN judged.kind = 'm' AND judged.is_ours THEN format('DROP MATERIALIZED VIEW %s', judged.name)
        WHEN judged.kind = 'm' THEN format('REVOKE ALL ON %s FROM %s', judged.name, judged.readers)
        WHEN NOT judged.is_invoker THEN format('ALTER VIEW %s SET (security_invoker = true)', judged.name)
        ELSE format('ALTER VIEW %s OWNER TO tallystick_owner', judged.name)
    END AS mend,
    judged.name AS view
FROM (
    SELECT
        relation.oid::regclass::text AS name,
        relation.relkind AS kind,
        schema.nspname = 'tallystick' AS is_ours,
        pg_get_userbyid(relation.relowner) AS owner,
        relation.relkind = 'v' AND EXISTS (
            SELECT FROM pg_options_to_table(relation.reloptions) AS option
            WHERE option.option_name = 'security_invoker' AND option.option_value::boolean) AS is_invoker,
        CASE WHEN schema.oid IN (SELECT open_schema.oid FROM open_schema)
            THEN (
                SELECT string_agg(DISTINCT caller.name, ', ')
                FROM (
                    SELECT privilege.grantee FROM aclexplode(relation.relacl) AS privilege
                    UNION
                    SELECT privilege.grantee
                    FROM pg_attribute AS attribute
                    CROSS JOIN LATERAL aclexplode(attribute.attacl) AS privilege
                    WHERE attribute.attrelid = relation.oid
                ) AS held
                JOIN caller ON caller.oid = held.grantee
                WHERE held.grantee <> relation.relowner)
        END AS readers
    FROM pg_class AS relation
    JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE relation.relkind IN ('v', 'm') AND relation.oid IN (
        SELECT dependent.oid FROM (
            {dependent_views}
        ) AS dependent)
) AS judged

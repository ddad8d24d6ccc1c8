-- Views
-- Every view in schema tallystick reads with its reader's rights, under the reader's row level security. A view elsewhere
-- may read our tables with its owner's rights, or keep a copy; then no role that serves tenants can read that view.
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
        (SELECT string_agg(role.rolname, ', ' ORDER BY role.rolname)
         FROM pg_roles AS role
         WHERE role.rolname IN ('tallystick_app', 'anon', 'authenticated')
           AND has_table_privilege(role.oid, relation.oid, 'SELECT')) AS readers
    FROM pg_class AS relation
    JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE relation.relkind IN ('v', 'm')
      AND (schema.nspname = 'tallystick' OR EXISTS (
          SELECT
          FROM pg_rewrite AS rule
          JOIN pg_depend AS dependency
              ON dependency.classid = 'pg_rewrite'::regclass AND dependency.objid = rule.oid
                 AND dependency.refclassid = 'pg_class'::regclass
          JOIN pg_class AS source ON source.oid = dependency.refobjid
          JOIN pg_namespace AS source_schema ON source_schema.oid = source.relnamespace
          WHERE rule.ev_class = relation.oid AND source_schema.nspname = 'tallystick'))
) AS judged

-- Every view and materialized view that reads tables of tenants, directly or through other views. Included by its
-- name. The text decides, and not the recorded dependencies: those could have been removed.
WITH RECURSIVE dependent (oid) AS (
    SELECT relation.oid
    FROM pg_class AS relation
    JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE relation.relkind IN ('v', 'm') AND schema.nspname NOT IN ('pg_catalog', 'information_schema')
      -- With search_path = pg_catalog, the text qualifies every name of ours.
      AND (schema.nspname = 'tallystick' OR pg_get_viewdef(relation.oid) ~ '\mtallystick\M')
    UNION
    SELECT rule.ev_class
    FROM dependent
    JOIN pg_depend AS dependency
        ON dependency.refclassid = 'pg_class'::regclass AND dependency.refobjid = dependent.oid
           AND dependency.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite AS rule ON rule.oid = dependency.objid
)
SELECT dependent.oid FROM dependent

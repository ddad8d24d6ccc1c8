-- Every view and materialized view that reads tables of tenants, directly or through other views. Included in the place of
-- {dependent_views}. A view's text counts like its recorded dependencies, because those could have been removed.
WITH RECURSIVE dependent (oid) AS (
    SELECT relation.oid
    FROM pg_class AS relation
    JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE relation.relkind IN ('v', 'm') AND schema.nspname NOT IN ('pg_catalog', 'information_schema')
      AND (schema.nspname = 'tallystick'
           OR pg_get_viewdef(relation.oid) ~* '\mtallystick\M'
           OR EXISTS (
               SELECT
               FROM pg_rewrite AS rule
               JOIN pg_depend AS dependency
                   ON dependency.classid = 'pg_rewrite'::regclass AND dependency.objid = rule.oid
                      AND dependency.refclassid = 'pg_class'::regclass
               JOIN pg_class AS source ON source.oid = dependency.refobjid
               JOIN pg_namespace AS source_schema ON source_schema.oid = source.relnamespace
               WHERE rule.ev_class = relation.oid AND source_schema.nspname = 'tallystick'))
    UNION
    SELECT rule.ev_class
    FROM dependent
    JOIN pg_depend AS dependency
        ON dependency.refclassid = 'pg_class'::regclass AND dependency.refobjid = dependent.oid
           AND dependency.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite AS rule ON rule.oid = dependency.objid
    JOIN pg_class AS reader ON reader.oid = rule.ev_class
    WHERE reader.relkind IN ('v', 'm')
)
SELECT dependent.oid FROM dependent

-- Tenant tables
-- Every table in schema tallystick has business_id as its first column, never NULL, and belongs to tallystick_owner. Its row
-- level security is enabled and forced, and isolates tenants for all commands and all roles.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN relation.relkind <> 'r' THEN 'it is not an ordinary table' END,
        CASE WHEN tenant.attnum IS NULL THEN 'it has no business_id of type uuid'
             WHEN NOT tenant.attnotnull OR tenant.is_unproven THEN 'business_id may be NULL' END,
        CASE WHEN pg_get_userbyid(relation.relowner) <> 'tallystick_owner'
            THEN format('it belongs to %I', pg_get_userbyid(relation.relowner)) END,
        CASE WHEN NOT relation.relrowsecurity THEN 'row level security is not enabled' END,
        CASE WHEN NOT relation.relforcerowsecurity THEN 'row level security is not forced' END,
        CASE WHEN policy.oid IS NULL THEN 'it has no policy tenant_isolation' END,
        CASE WHEN policy.polcmd <> '*' OR NOT policy.polpermissive OR policy.polroles <> ARRAY[0::oid]
            THEN 'tenant_isolation is not permissive for all commands and all roles' END,
        CASE WHEN pg_get_expr(policy.polqual, policy.polrelid) IS DISTINCT FROM isolated.expression
                  AND policy.oid IS NOT NULL
            THEN 'tenant_isolation does not show the context''s rows only' END,
        CASE WHEN pg_get_expr(policy.polwithcheck, policy.polrelid) IS DISTINCT FROM isolated.expression
                  AND policy.oid IS NOT NULL
            THEN 'tenant_isolation does not take the context''s rows only' END,
        CASE WHEN heir.inhrelid IS NOT NULL
            THEN format('%s inherits from it and adds rows of its own', heir.inhrelid::regclass) END
    ), '') AS wrong,
    concat_ws('; ',
        CASE WHEN NOT (relation.relrowsecurity AND relation.relforcerowsecurity) THEN format(
            'ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', relation.oid::regclass) END,
        CASE WHEN pg_get_userbyid(relation.relowner) <> 'tallystick_owner'
            THEN format('ALTER TABLE %s OWNER TO tallystick_owner', relation.oid::regclass) END,
        CASE WHEN heir.inhrelid IS NOT NULL
            THEN format('ALTER TABLE %s NO INHERIT %s', heir.inhrelid::regclass, relation.oid::regclass) END,
        'tallystick migrate --reapply') AS mend,
    relation.oid::regclass::text AS "table"
FROM pg_class AS relation
CROSS JOIN (
    SELECT '(business_id = ( SELECT tallystick.context_business_id() AS context_business_id))' AS expression
) AS isolated
LEFT JOIN (
    SELECT attribute.attrelid, attribute.attnum, attribute.attnotnull,
           -- PostgreSQL 18 can have a NOT NULL constraint that is not validated; older versions cannot.
           EXISTS (
               SELECT FROM pg_constraint AS not_null
               WHERE not_null.conrelid = attribute.attrelid AND not_null.contype = 'n'
                 AND not_null.conkey = ARRAY[attribute.attnum] AND NOT not_null.convalidated) AS is_unproven
    FROM pg_attribute AS attribute
    WHERE attribute.attname = 'business_id' AND attribute.atttypid = 'uuid'::regtype AND NOT attribute.attisdropped
) AS tenant ON tenant.attrelid = relation.oid AND tenant.attnum = 1
LEFT JOIN pg_policy AS policy ON policy.polrelid = relation.oid AND policy.polname = 'tenant_isolation'
LEFT JOIN pg_inherits AS heir ON heir.inhparent = relation.oid
WHERE relation.relnamespace = (SELECT schema.oid FROM pg_namespace AS schema WHERE schema.nspname = 'tallystick')
  AND relation.relkind IN ('r', 'p', 'f', 'm')

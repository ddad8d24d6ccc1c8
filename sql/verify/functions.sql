-- Functions
-- Every function in schema tallystick belongs to tallystick_owner, and that role bypasses nothing. The function is written
-- in SQL or PL/pgSQL, and PUBLIC cannot execute it. Its search_path is pg_catalog, pg_temp; what nobody but its owner can execute
-- may leave that to its callers, unless it is a trigger's or runs with the rights of its owner. context_business_id sets none:
-- it names everything with its schema.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN owner.rolname <> 'tallystick_owner' THEN format('it belongs to %I', owner.rolname) END,
        CASE WHEN function.prosecdef AND (owner.rolsuper OR owner.rolbypassrls)
            THEN 'it runs with the rights of a role that bypasses row level security' END,
        CASE WHEN language.lanname NOT IN ('sql', 'plpgsql') THEN format('it is written in %s', language.lanname) END,
        CASE WHEN path.setting IS DISTINCT FROM 'search_path=pg_catalog, pg_temp' AND NOT (path.setting IS NULL AND sets_none.is_so)
            THEN 'its search_path is not pg_catalog, pg_temp' END,
        CASE WHEN EXISTS (
                SELECT FROM aclexplode(coalesce(function.proacl, acldefault('f', function.proowner))) AS privilege
                WHERE privilege.grantee = 0)
            THEN 'everybody may execute it' END
    ), '') AS wrong,
    CASE WHEN language.lanname NOT IN ('sql', 'plpgsql') THEN format('DROP ROUTINE %s', function.oid::regprocedure)
        ELSE format(
            'ALTER ROUTINE %1$s OWNER TO tallystick_owner; REVOKE ALL ON ROUTINE %1$s FROM PUBLIC; '
            'ALTER ROUTINE %1$s %2$s', function.oid::regprocedure,
            CASE WHEN sets_none.is_so THEN 'RESET search_path' ELSE 'SET search_path = pg_catalog, pg_temp' END) END AS mend,
    function.oid::regprocedure::text AS function
FROM pg_proc AS function
JOIN pg_roles AS owner ON owner.oid = function.proowner
JOIN pg_language AS language ON language.oid = function.prolang
LEFT JOIN LATERAL (
    SELECT setting FROM unnest(function.proconfig) AS setting WHERE setting LIKE 'search_path=%'
) AS path ON true
CROSS JOIN LATERAL (
    SELECT function.oid IS NOT DISTINCT FROM to_regprocedure('tallystick.context_business_id()')
        OR NOT function.prosecdef AND function.prorettype <> 'trigger'::regtype AND NOT EXISTS (
            SELECT FROM aclexplode(coalesce(function.proacl, acldefault('f', function.proowner))) AS privilege
            WHERE privilege.grantee <> function.proowner) AS is_so
) AS sets_none
WHERE function.pronamespace = (SELECT schema.oid FROM pg_namespace AS schema WHERE schema.nspname = 'tallystick')

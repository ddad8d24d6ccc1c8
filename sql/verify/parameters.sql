-- Parameters
-- Neither PUBLIC nor the server nor an API role may set a parameter that PostgreSQL keeps for superusers, or write the
-- server's configuration.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN held.name IS NOT NULL
        THEN format('%s may %s the parameter %s', held.name, held.privileges, parameter.parname) END AS wrong,
    format('REVOKE %s ON PARAMETER %s FROM %s', held.privileges, parameter.parname, held.name) AS mend,
    held.name AS role,
    parameter.parname AS parameter
FROM pg_parameter_acl AS parameter
LEFT JOIN LATERAL (
    SELECT caller.name, string_agg(DISTINCT privilege.privilege_type, ', ') AS privileges
    FROM aclexplode(parameter.paracl) AS privilege
    JOIN (
        {callers}
    ) AS caller ON caller.oid = privilege.grantee
    GROUP BY caller.name
) AS held ON true

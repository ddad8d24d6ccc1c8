-- Database
-- Neither PUBLIC nor the server nor an API role owns the database, or may create schemas, temporary objects, or anything in
-- a schema that is not ours: those could take the place of ours.
WITH caller AS MATERIALIZED (
    {callers}
)
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN privilege.type IS NOT NULL THEN format('%s has the privilege %s on the database', caller.name, privilege.type)
        END AS wrong,
    format('REVOKE %s ON DATABASE %I FROM %s', privilege.type, database.datname, caller.name) AS mend,
    caller.name AS role
FROM pg_database AS database
CROSS JOIN caller
LEFT JOIN LATERAL (
    SELECT string_agg(held.privilege_type, ', ' ORDER BY held.privilege_type) AS type
    FROM aclexplode(coalesce(database.datacl, acldefault('d', database.datdba))) AS held
    WHERE held.grantee = caller.oid AND held.privilege_type IN ('TEMPORARY', 'CREATE')
) AS privilege ON true
WHERE database.datname = current_database()
UNION ALL
SELECT NULL, 1,
    CASE WHEN caller.oid IS NOT NULL THEN format('the database belongs to %s', caller.name) END,
    format('ALTER DATABASE %I OWNER TO tallystick_owner', database.datname), caller.name
FROM pg_database AS database
LEFT JOIN caller ON caller.oid = database.datdba
WHERE database.datname = current_database()
UNION ALL
SELECT NULL, 1,
    CASE WHEN held.names IS NOT NULL
        THEN format('%s may create objects in schema %s', held.names, quote_ident(schema.nspname)) END,
    format('REVOKE CREATE ON SCHEMA %I FROM %s', schema.nspname, held.names), held.names
FROM pg_namespace AS schema
CROSS JOIN LATERAL (
    SELECT string_agg(DISTINCT caller.name, ', ') AS names
    FROM aclexplode(schema.nspacl) AS privilege
    JOIN caller ON caller.oid = privilege.grantee
    WHERE privilege.privilege_type = 'CREATE' AND privilege.grantee <> schema.nspowner
) AS held
-- The catalogue's comparison has the grants on ours.
WHERE schema.nspname NOT IN ('tallystick', 'tallystick_migrate')

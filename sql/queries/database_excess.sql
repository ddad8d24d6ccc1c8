-- Purpose: what the database itself grants and should not, one row per role: who, what. A restored database grants TEMP to
-- everybody again, because privileges on a database are in no dump of it.
-- Caller: schema::migrate.
SELECT holder.name, string_agg(held.privilege_type, ', ' ORDER BY held.privilege_type COLLATE "C")
FROM pg_catalog.pg_database AS database
CROSS JOIN LATERAL aclexplode(coalesce(database.datacl, acldefault('d', database.datdba))) AS held
JOIN (
    SELECT 0::oid AS oid, 'PUBLIC' AS name
    UNION ALL
    SELECT role.oid, role.rolname::text
    FROM pg_catalog.pg_roles AS role
    WHERE role.rolname IN ('tallystick_app', 'anon', 'authenticated')
) AS holder ON holder.oid = held.grantee
WHERE database.datname = current_database() AND held.privilege_type IN ('TEMPORARY', 'CREATE')
GROUP BY holder.name
ORDER BY holder.name

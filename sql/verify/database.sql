-- Database
-- No role that serves tenants may create schemas or temporary objects: those could take the place of ours. Nothing sets
-- session_replication_role, which switches foreign keys off.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN privilege.type IS NOT NULL THEN format('%s has the privilege %s on the database', holder.name, privilege.type)
        END AS wrong,
    holder.name AS role
FROM pg_database AS database
CROSS JOIN (
    SELECT 0::oid AS oid, 'PUBLIC' AS name
    UNION ALL
    SELECT role.oid, role.rolname FROM pg_roles AS role
    WHERE role.rolname IN ('tallystick_app', 'anon', 'authenticated')
) AS holder
LEFT JOIN LATERAL (
    SELECT string_agg(held.privilege_type, ', ' ORDER BY held.privilege_type) AS type
    FROM aclexplode(coalesce(database.datacl, acldefault('d', database.datdba))) AS held
    WHERE held.grantee = holder.oid AND held.privilege_type IN ('TEMPORARY', 'CREATE')
) AS privilege ON true
WHERE database.datname = current_database()
UNION ALL
SELECT NULL, 1, format('%s is in force for every new session', option.setting), coalesce(role.rolname, 'every role')
FROM pg_db_role_setting AS preset
LEFT JOIN pg_roles AS role ON role.oid = preset.setrole
CROSS JOIN LATERAL unnest(preset.setconfig) AS option (setting)
WHERE preset.setdatabase IN (0, (SELECT own.oid FROM pg_database AS own WHERE own.datname = current_database()))
  AND option.setting LIKE 'session\_replication\_role=%' AND option.setting <> 'session_replication_role=origin'
UNION ALL
SELECT NULL, 1, format('session_replication_role=%s is in force', setting.reset_val), NULL
FROM pg_settings AS setting
WHERE setting.name = 'session_replication_role' AND setting.reset_val <> 'origin'

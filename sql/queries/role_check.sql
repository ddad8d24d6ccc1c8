-- Purpose: list everything by which the connected role could bypass the rules: one row per finding, none for a good role.
-- Reads the catalogue only, so it works for any role, also before anything is installed.
-- Caller: schema::role_check, when the server starts.
--
-- A role has the power of every role that it can become, by SET ROLE or by granting itself a role that it administers. So
-- every role that it is a member of, directly or indirectly, is examined as if it were the role itself.
WITH
reachable AS (
    SELECT r.oid, r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication
    FROM pg_catalog.pg_roles AS r
    WHERE pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
),
-- A superuser is a member of every role; one finding is enough.
superuser AS (
    SELECT 1 AS rank, 'is a superuser, whom no rule binds' AS finding
    FROM pg_catalog.pg_roles
    WHERE rolname = session_user AND rolsuper
),
attributes AS (
    SELECT 2 AS rank, CASE WHEN r.rolname = session_user THEN a.what ELSE a.what || ' through role ' || r.rolname END AS finding
    FROM reachable AS r
    CROSS JOIN LATERAL (VALUES
        (r.rolsuper,       'can become a superuser'),
        (r.rolbypassrls,   'has BYPASSRLS: row level security does not apply'),
        (r.rolcreaterole,  'has CREATEROLE: it can make itself a more powerful role'),
        (r.rolreplication, 'has REPLICATION: it can copy every business''s data')
    ) AS a (applies, what)
    WHERE a.applies
),
predefined AS (
    SELECT 3 AS rank, 'is a member of ' || r.rolname AS finding
    FROM reachable AS r
    WHERE r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_maintain', 'pg_execute_server_program',
                        'pg_read_server_files', 'pg_write_server_files', 'pg_create_subscription')
),
owner_role AS (
    SELECT 4 AS rank, 'is a member of tallystick_owner, which owns every table and function' AS finding
    FROM reachable AS r
    WHERE r.rolname = 'tallystick_owner'
),
auditor_role AS (
    SELECT 4 AS rank, 'is a member of tallystick_auditor, which reads the rows of every business' AS finding
    FROM reachable AS r
    WHERE r.rolname = 'tallystick_auditor'
),
database_owner AS (
    SELECT 5 AS rank, pg_catalog.format('owns database %I', d.datname)
        || CASE WHEN r.rolname = session_user THEN '' ELSE ' through role ' || r.rolname END AS finding
    FROM pg_catalog.pg_database AS d
    JOIN reachable AS r ON r.oid = d.datdba
    WHERE d.datname = pg_catalog.current_database()
),
schemas AS (
    SELECT n.oid, n.nspname, n.nspowner
    FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname IN ('tallystick', 'tallystick_migrate')
),
relations AS (
    SELECT c.oid, c.relkind, c.relowner, pg_catalog.format('%I.%I', s.nspname, c.relname) AS name
    FROM pg_catalog.pg_class AS c
    JOIN schemas AS s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
),
owned AS (
    SELECT n.nspowner AS owner, 'schema ' || n.nspname AS name FROM schemas AS n
    UNION ALL
    SELECT c.relowner, c.name FROM relations AS c
    UNION ALL
    SELECT p.proowner, pg_catalog.format('%I.%I()', s.nspname, p.proname)
    FROM pg_catalog.pg_proc AS p
    JOIN schemas AS s ON s.oid = p.pronamespace
    UNION ALL
    SELECT t.typowner, 'type ' || pg_catalog.format('%I.%I', s.nspname, t.typname)
    FROM pg_catalog.pg_type AS t
    JOIN schemas AS s ON s.oid = t.typnamespace
    -- The row type of a table or view belongs to its owner, who is named already.
    WHERE t.typtype IN ('d', 'e', 'r')
       OR EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c')
),
-- Owned objects, one finding per role. Not those of the owner role: membership in it is a finding already.
ownership AS (
    SELECT 6 AS rank, 'owns ' || pg_catalog.string_agg(o.name, ', ' ORDER BY o.name)
        || CASE WHEN r.rolname = session_user THEN '' ELSE ' through role ' || r.rolname END AS finding
    FROM owned AS o
    JOIN reachable AS r ON r.oid = o.owner
    WHERE r.rolname <> 'tallystick_owner'
    GROUP BY r.rolname
),
-- An owner's implicit rights need no second finding. A privilege on a column counts like one on the table.
table_privileges AS (
    SELECT 7 AS rank, 'has ' || pg_catalog.string_agg(DISTINCT k.privilege, ', ' ORDER BY k.privilege) || ' on ' || c.name AS finding
    FROM relations AS c
    CROSS JOIN reachable AS r
    CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) AS k (privilege)
    WHERE c.relkind <> 'S'
      AND NOT pg_catalog.pg_has_role(r.oid, c.relowner, 'MEMBER')
      AND CASE
              WHEN k.privilege IN ('INSERT', 'UPDATE', 'REFERENCES')
                  THEN pg_catalog.has_any_column_privilege(r.oid, c.oid, k.privilege)
              ELSE pg_catalog.has_table_privilege(r.oid, c.oid, k.privilege)
          END
    GROUP BY c.name
),
sequence_privileges AS (
    SELECT 8 AS rank, 'has UPDATE on sequence ' || c.name AS finding
    FROM relations AS c
    WHERE c.relkind = 'S'
      AND EXISTS (SELECT FROM reachable AS r
                  WHERE NOT pg_catalog.pg_has_role(r.oid, c.relowner, 'MEMBER')
                    AND pg_catalog.has_sequence_privilege(r.oid, c.oid, 'UPDATE'))
),
schema_privileges AS (
    SELECT 9 AS rank, 'has CREATE on schema ' || n.nspname AS finding
    FROM schemas AS n
    WHERE EXISTS (SELECT FROM reachable AS r
                  WHERE NOT pg_catalog.pg_has_role(r.oid, n.nspowner, 'MEMBER')
                    AND pg_catalog.has_schema_privilege(r.oid, n.oid, 'CREATE'))
),
temporary_tables AS (
    SELECT 10 AS rank, pg_catalog.format(
        'has TEMPORARY on database %1$I; its owner can REVOKE TEMPORARY ON DATABASE %1$I FROM PUBLIC, as `tallystick migrate` does',
        pg_catalog.current_database()) AS finding
    WHERE EXISTS (SELECT FROM reachable AS r
                  WHERE pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'TEMPORARY'))
),
-- Settings that only a superuser should change: some load code into every session, some switch off foreign keys or checks.
settings AS (
    SELECT 11 AS rank, pg_catalog.format(
        'may %s %s', pg_catalog.string_agg(DISTINCT k.privilege_type, ' and ' ORDER BY k.privilege_type), p.parname)
        || CASE p.parname WHEN 'session_replication_role' THEN ', which turns foreign keys off' ELSE '' END AS finding
    FROM pg_catalog.pg_parameter_acl AS p
    CROSS JOIN LATERAL pg_catalog.aclexplode(p.paracl) AS k
    JOIN reachable AS r ON k.grantee IN (r.oid, 0)
    WHERE k.privilege_type = 'ALTER SYSTEM'
       OR p.parname IN ('session_replication_role', 'session_preload_libraries', 'dynamic_library_path',
                        'allow_system_table_mods', 'zero_damaged_pages', 'ignore_checksum_failure')
    GROUP BY p.parname
),
server_files AS (
    SELECT 11 AS rank, 'may execute ' || f.oid::regprocedure || ', and so read or write the server''s files' AS finding
    FROM pg_catalog.pg_proc AS f
    WHERE f.pronamespace = 'pg_catalog'::regnamespace
      AND f.proname IN ('pg_read_file', 'pg_read_binary_file', 'lo_import', 'lo_export')
      AND EXISTS (SELECT FROM reachable AS r WHERE pg_catalog.has_function_privilege(r.oid, f.oid, 'EXECUTE'))
),
-- No danger, but nothing would work.
no_rights AS (
    SELECT 12 AS rank, pg_catalog.format(
        'does not have the rights of tallystick_app; GRANT tallystick_app TO %I gives them', session_user) AS finding
    FROM pg_catalog.pg_roles AS app
    WHERE app.rolname = 'tallystick_app' AND NOT pg_catalog.pg_has_role(session_user, app.oid, 'USAGE')
),
findings AS (
    SELECT * FROM attributes
    UNION ALL SELECT * FROM predefined
    UNION ALL SELECT * FROM owner_role
    UNION ALL SELECT * FROM auditor_role
    UNION ALL SELECT * FROM database_owner
    UNION ALL SELECT * FROM ownership
    UNION ALL SELECT * FROM table_privileges
    UNION ALL SELECT * FROM sequence_privileges
    UNION ALL SELECT * FROM schema_privileges
    UNION ALL SELECT * FROM temporary_tables
    UNION ALL SELECT * FROM settings
    UNION ALL SELECT * FROM server_files
    UNION ALL SELECT * FROM no_rights
)
SELECT finding FROM superuser
UNION ALL
SELECT finding FROM (SELECT finding FROM findings WHERE NOT EXISTS (SELECT FROM superuser) ORDER BY rank, finding) AS ordered

-- System objects
-- Neither PUBLIC nor the server nor an API role has what PostgreSQL or an extension keeps from PUBLIC: functions that read and
-- write files, change the configuration or connect as somebody else; tables that hold passwords or values of all businesses.
WITH
caller AS MATERIALIZED (
    {callers}
),
-- What PostgreSQL was installed with, and does not grant to PUBLIC.
kept AS MATERIALIZED (
    SELECT first.classoid, first.objoid
    FROM pg_init_privs AS first
    WHERE first.objsubid = 0
      AND NOT EXISTS (SELECT FROM aclexplode(first.initprivs) AS initial WHERE initial.grantee = 0)
)
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN held.names IS NOT NULL THEN format('it may be executed by %s', held.names) END AS wrong,
    format('REVOKE EXECUTE ON FUNCTION %s FROM %s', function.oid::regprocedure, held.names) AS mend,
    function.oid::regprocedure::text AS object
FROM pg_proc AS function
JOIN pg_language AS language ON language.oid = function.prolang
CROSS JOIN LATERAL (
    SELECT string_agg(DISTINCT caller.name, ', ') AS names
    FROM aclexplode(coalesce(function.proacl, acldefault('f', function.proowner))) AS privilege
    JOIN caller ON caller.oid = privilege.grantee
) AS held
-- Our own list, and whatever else this version of PostgreSQL keeps.
WHERE language.lanname IN ('internal', 'c')
  AND (function.proname IN (
           'pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'pg_stat_file', 'lo_import', 'lo_export',
           'pg_file_write', 'pg_file_rename', 'pg_file_sync', 'pg_file_unlink', 'pg_logdir_ls', 'dblink_connect_u',
           'pg_reload_conf', 'pg_rotate_logfile', 'pg_promote', 'pg_switch_wal', 'pg_create_restore_point',
           'pg_backup_start', 'pg_backup_stop', 'pg_replication_origin_create', 'pg_show_all_file_settings',
           'pg_hba_file_rules')
       OR (function.pronamespace = 'pg_catalog'::regnamespace
           AND function.oid IN (SELECT kept.objoid FROM kept WHERE kept.classoid = 'pg_proc'::regclass)))
UNION ALL
SELECT NULL, 1,
    CASE WHEN held.names IS NOT NULL THEN format('it may be read by %s', held.names) END,
    format('REVOKE ALL ON %s FROM %s', relation.oid::regclass, held.names), relation.oid::regclass::text
FROM pg_class AS relation
CROSS JOIN LATERAL (
    SELECT string_agg(DISTINCT caller.name, ', ') AS names
    FROM (
        SELECT privilege.grantee FROM aclexplode(relation.relacl) AS privilege
        UNION
        SELECT privilege.grantee
        FROM pg_attribute AS attribute
        CROSS JOIN LATERAL aclexplode(attribute.attacl) AS privilege
        WHERE attribute.attrelid = relation.oid
          -- Some columns are for everybody from the start.
          AND NOT EXISTS (
              SELECT FROM pg_init_privs AS first
              WHERE first.classoid = 'pg_class'::regclass AND first.objoid = relation.oid
                AND first.objsubid = attribute.attnum AND first.initprivs = attribute.attacl)
    ) AS privilege
    JOIN caller ON caller.oid = privilege.grantee
) AS held
WHERE relation.relnamespace = 'pg_catalog'::regnamespace AND relation.relkind IN ('r', 'v')
  AND (relation.relname IN (
           'pg_authid', 'pg_shadow', 'pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject', 'pg_user_mapping',
           'pg_subscription', 'pg_file_settings', 'pg_hba_file_rules', 'pg_backend_memory_contexts')
       OR relation.oid IN (SELECT kept.objoid FROM kept WHERE kept.classoid = 'pg_class'::regclass))

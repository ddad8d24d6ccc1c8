-- System functions
-- Neither PUBLIC nor the server nor an API role may execute a function of PostgreSQL or of an extension that was kept from
-- PUBLIC: such functions read and write files, change the configuration, or connect as somebody else.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN held.names IS NOT NULL THEN format('it may be executed by %s', held.names) END AS wrong,
    format('REVOKE EXECUTE ON FUNCTION %s FROM %s', function.oid::regprocedure, held.names) AS mend,
    function.oid::regprocedure::text AS function
FROM pg_proc AS function
JOIN pg_language AS language ON language.oid = function.prolang
CROSS JOIN LATERAL (
    SELECT string_agg(DISTINCT caller.name, ', ') AS names
    FROM aclexplode(coalesce(function.proacl, acldefault('f', function.proowner))) AS privilege
    JOIN (
        {callers}
    ) AS caller ON caller.oid = privilege.grantee
) AS held
-- Our own list, and whatever else this version of PostgreSQL was installed with.
WHERE language.lanname IN ('internal', 'c')
  AND (function.proname IN (
           'pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'pg_stat_file', 'lo_import', 'lo_export',
           'pg_file_write', 'pg_file_rename', 'pg_file_sync', 'pg_file_unlink', 'pg_logdir_ls', 'dblink_connect_u',
           'pg_reload_conf', 'pg_rotate_logfile', 'pg_promote', 'pg_switch_wal', 'pg_create_restore_point',
           'pg_backup_start', 'pg_backup_stop', 'pg_replication_origin_create', 'pg_show_all_file_settings',
           'pg_hba_file_rules')
       OR EXISTS (
           SELECT
           FROM pg_init_privs AS first
           WHERE first.classoid = 'pg_proc'::regclass AND first.objoid = function.oid AND first.objsubid = 0
             AND NOT EXISTS (SELECT FROM aclexplode(first.initprivs) AS initial WHERE initial.grantee = 0)))

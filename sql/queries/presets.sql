-- Every setting that ALTER ROLE … SET or ALTER DATABASE … SET presets for new sessions: of this database, of all databases,
-- and of roles that serve tenants or own our tables. `wrong` is NULL for what is harmless. Included by its name.
--
-- Harmless are settings of this list, PostgreSQL's own defaults, and settings of others (with a point in their name).
WITH caller AS MATERIALIZED (
    {callers}
),
preset AS (
    SELECT
        stored.setdatabase,
        stored.setrole,
        lower(split_part(option.text, '=', 1)) AS name,
        -- Booleans in one spelling.
        CASE lower(option.value) WHEN 'true' THEN 'on' WHEN 'yes' THEN 'on' WHEN '1' THEN 'on' WHEN 'false' THEN 'off'
            WHEN 'no' THEN 'off' WHEN '0' THEN 'off' ELSE lower(option.value) END AS value
    FROM pg_db_role_setting AS stored
    CROSS JOIN LATERAL (
        SELECT setting.text, substr(setting.text, strpos(setting.text, '=') + 1) AS value
        FROM unnest(stored.setconfig) AS setting (text)
    ) AS option
    WHERE stored.setdatabase IN (0, (SELECT own.oid FROM pg_database AS own WHERE own.datname = current_database()))
      AND (stored.setrole IN (SELECT caller.oid FROM caller)
           OR stored.setrole IN (SELECT owner.oid FROM pg_roles AS owner WHERE owner.rolname = 'tallystick_owner'))
),
judged AS (
    SELECT preset.*,
        CASE
            WHEN preset.name IN ('app.business_id', 'app.platform') OR preset.name ~ '^request\.'
                THEN 'every session begins with a business that no request named'
            WHEN preset.name ~ '^plpgsql\.' THEN 'it can change what our functions do'
            WHEN preset.name ~ '\.' THEN NULL
            WHEN preset.name ~ '^(log|track|jit|geqo|cpu|parallel|effective|tcp|lc|vacuum|default_text|default_toast)_'
                OR preset.name IN (
                    'application_name', 'bytea_output', 'check_function_bodies', 'client_connection_check_interval',
                    'client_min_messages', 'commit_delay', 'commit_siblings', 'compute_query_id', 'datestyle',
                    'default_statistics_target', 'default_transaction_deferrable', 'extra_float_digits', 'hash_mem_multiplier',
                    'idle_in_transaction_session_timeout', 'idle_session_timeout', 'intervalstyle', 'jit', 'lock_timeout',
                    'logical_decoding_work_mem', 'maintenance_io_concurrency', 'maintenance_work_mem', 'max_parallel_workers',
                    'max_parallel_workers_per_gather', 'max_parallel_maintenance_workers', 'password_encryption',
                    'random_page_cost', 'seq_page_cost', 'statement_timeout', 'temp_buffers', 'temp_file_limit', 'timezone',
                    'transaction_timeout', 'wal_compression', 'work_mem')
                THEN NULL
            WHEN EXISTS (
                SELECT FROM pg_settings AS setting
                WHERE lower(setting.name) = preset.name AND lower(setting.boot_val) = preset.value) THEN NULL
            WHEN preset.name = 'synchronous_commit' THEN
                CASE WHEN preset.value NOT IN ('on', 'local', 'remote_write', 'remote_apply')
                    THEN 'PostgreSQL confirms what a crash can lose' END
            WHEN preset.name = 'search_path' THEN
                CASE WHEN preset.value ~ '\mpg_temp' OR (preset.value ~ '\mpg_catalog\M' AND preset.value !~ '^\W*pg_catalog\M')
                    THEN 'objects of others can take the place of PostgreSQL''s own' END
            WHEN preset.name IN ('session_preload_libraries', 'local_preload_libraries') THEN
                CASE WHEN NOT string_to_array(regexp_replace(preset.value, '["\s]|\$libdir/(plugins/)?', '', 'g'), ',') <@ ARRAY[
                        'auto_explain', 'pg_stat_statements', 'pgaudit', 'plan_filter', 'safeupdate', 'supautils']
                    THEN 'it loads code into every session' END
            WHEN preset.name ~ '^enable_' THEN 'a statement that should read a few rows can read a whole table'
            WHEN preset.name = 'session_replication_role' THEN 'it switches foreign keys off'
            WHEN preset.name = 'default_transaction_isolation' THEN 'our functions are written for read committed'
            WHEN preset.name = 'default_transaction_read_only' THEN 'nothing can be written'
            WHEN preset.name IN ('role', 'session_authorization') THEN 'sessions act as another role than they log in as'
            WHEN preset.name = 'row_security' THEN 'statements fail where row level security should filter'
            ELSE 'it is not among the settings that are known to be harmless'
        END AS reason
    FROM preset
)
SELECT
    judged.setdatabase,
    -- The value could be somebody's claims.
    CASE WHEN judged.reason IS NOT NULL
        THEN format('%s is in force for every new session of %s: %s',
            judged.name || CASE WHEN judged.name ~ '\.' THEN '' ELSE '=' || judged.value END,
            coalesce(role.rolname, 'every role'), judged.reason) END AS wrong,
    format('ALTER %s RESET %s',
        CASE
            WHEN role.rolname IS NULL AND judged.setdatabase = 0 THEN 'ROLE ALL'
            WHEN role.rolname IS NULL THEN format('DATABASE %I', current_database())
            WHEN judged.setdatabase = 0 THEN format('ROLE %I', role.rolname)
            ELSE format('ROLE %I IN DATABASE %I', role.rolname, current_database())
        END,
        judged.name) AS mend,
    coalesce(role.rolname, 'every role') AS role,
    judged.name AS setting
FROM judged
LEFT JOIN pg_roles AS role ON role.oid = judged.setrole

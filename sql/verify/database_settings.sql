-- Database settings
-- No setting that is preset for this database changes what our functions do, what a commit means, or whose rows are seen.
-- Nothing sets session_replication_role, which switches foreign keys off.
SELECT NULL::uuid AS business_id, 1 AS rows_checked, preset.wrong, preset.mend, preset.role, preset.setting
FROM (
    {presets}
) AS preset
WHERE preset.setdatabase <> 0
UNION ALL
SELECT NULL, 1,
    CASE WHEN setting.reset_val <> 'origin'
        THEN format('session_replication_role=%s is in force: it switches foreign keys off', setting.reset_val) END,
    'ALTER SYSTEM RESET session_replication_role', NULL, setting.name
FROM pg_settings AS setting
WHERE setting.name = 'session_replication_role'

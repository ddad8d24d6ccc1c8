-- Role settings
-- No setting that is preset for a role in all databases changes what our functions do, what a commit means, or whose rows are
-- seen. The roles are those that serve tenants, the API's, the owner, and all roles together.
SELECT NULL::uuid AS business_id, 1 AS rows_checked, preset.wrong, preset.mend, preset.role, preset.setting
FROM (
    {presets}
) AS preset
WHERE preset.setdatabase = 0

-- Policies
-- No policy gives more access than the shipped ones do: tenant_isolation on every table, one that shows every row to
-- tallystick_auditor, and two more for code that runs as the owner. One lets it list the businesses, the other find the
-- idempotency keys that businesses were created with.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE
        WHEN NOT policy.polpermissive THEN NULL
        WHEN policy.polname = 'tenant_isolation' THEN NULL
        WHEN policy.polname = 'auditors_read_everything' THEN
            CASE WHEN policy.polcmd <> 'r'
                      OR policy.polroles IS DISTINCT FROM ARRAY[(
                          SELECT role.oid FROM pg_roles AS role WHERE role.rolname = 'tallystick_auditor')]
                THEN 'it opens the table to more than the auditors'' reading' END
        WHEN policy.polname = 'platform_lists_businesses' AND relation.relname = 'businesses' THEN
            CASE WHEN policy.polcmd <> 'r'
                      OR policy.polroles IS DISTINCT FROM ARRAY[(
                          SELECT role.oid FROM pg_roles AS role WHERE role.rolname = 'tallystick_owner')]
                      OR pg_get_expr(policy.polqual, policy.polrelid)
                         IS DISTINCT FROM '(current_setting(''app.platform''::text, true) = ''business_list''::text)'
                THEN 'it opens more than the list of businesses to code that runs as the owner' END
        WHEN policy.polname = 'platform_finds_its_keys' AND relation.relname = 'creations' THEN
            CASE WHEN policy.polcmd <> 'r'
                      OR policy.polroles IS DISTINCT FROM ARRAY[(
                          SELECT role.oid FROM pg_roles AS role WHERE role.rolname = 'tallystick_owner')]
                      OR pg_get_expr(policy.polqual, policy.polrelid)
                         IS DISTINCT FROM '((kind = ''business''::text) AND (current_setting(''app.platform''::text, true) = ''business_create''::text))'
                THEN 'it opens more than the keys of businesses to code that runs as the owner' END
        ELSE 'a permissive policy that is not shipped opens the table further'
    END AS wrong,
    CASE WHEN policy.polname IN ('tenant_isolation', 'platform_lists_businesses', 'platform_finds_its_keys',
                             'auditors_read_everything')
            THEN 'tallystick migrate --reapply'
        ELSE format('DROP POLICY %I ON %s', policy.polname, relation.oid::regclass) END AS mend,
    relation.oid::regclass::text AS "table",
    policy.polname AS policy
FROM pg_policy AS policy
JOIN pg_class AS relation ON relation.oid = policy.polrelid
WHERE relation.relnamespace = (SELECT schema.oid FROM pg_namespace AS schema WHERE schema.nspname = 'tallystick')

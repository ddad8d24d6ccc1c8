-- Purpose: whether the current role sees every row as an auditor, under row level security: it bypasses nothing by itself, has
-- the rights of tallystick_auditor, every table shows that role all rows, and no restrictive policy takes any away.
-- Caller: verify. Reads the catalogue only. Runs with search_path = pg_catalog.
SELECT NOT current_role_row.bypasses AND EXISTS (
    SELECT FROM pg_roles AS auditor
    WHERE auditor.rolname = 'tallystick_auditor' AND pg_has_role(current_user, auditor.oid, 'USAGE')
      AND NOT EXISTS (
          SELECT FROM pg_class AS relation
          JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
          WHERE schema.nspname = 'tallystick' AND relation.relkind IN ('r', 'p') AND relation.relrowsecurity
            AND (
                NOT EXISTS (
                    SELECT FROM pg_policy AS policy
                    WHERE policy.polrelid = relation.oid AND policy.polpermissive AND policy.polcmd IN ('r', '*')
                      AND auditor.oid = ANY (policy.polroles) AND pg_get_expr(policy.polqual, policy.polrelid) = 'true')
                OR EXISTS (
                    SELECT FROM pg_policy AS policy
                    WHERE policy.polrelid = relation.oid AND NOT policy.polpermissive))))
FROM (
    SELECT role.rolsuper OR role.rolbypassrls AS bypasses FROM pg_roles AS role WHERE role.rolname = current_user
) AS current_role_row

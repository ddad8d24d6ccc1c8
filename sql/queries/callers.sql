-- Whose privileges a request has or could gain: PUBLIC, the server (every role that can act as tallystick_app), the roles of a
-- Supabase-style API (anon, authenticated, authenticator, and whatever authenticator can become), and every role that these
-- can act as. Included by its name.
--
-- Left out: roles that verify/roles.sql and verify/memberships.sql report (superusers, tallystick_owner, tallystick_auditor,
-- the predefined ones); service_role, which bypasses row level security by design; and Supabase's own administrators.
WITH acting AS MATERIALIZED (
    {can_act_as}
),
first AS (
    SELECT role.oid
    FROM pg_roles AS role
    WHERE role.rolname IN ('tallystick_server', 'anon', 'authenticated', 'authenticator')
       OR role.oid IN (SELECT acting.role FROM acting WHERE acting.actor_name = 'tallystick_app')
       OR role.oid IN (
           SELECT acting.actor
           FROM acting
           JOIN pg_roles AS login ON login.oid = acting.role
           WHERE login.rolname = 'authenticator')
)
SELECT 0::oid AS oid, 'PUBLIC' AS name
UNION ALL
SELECT DISTINCT reached.oid, quote_ident(reached.rolname)
FROM first
JOIN acting ON acting.role = first.oid
JOIN pg_roles AS reached ON reached.oid = acting.actor
WHERE NOT reached.rolsuper
  AND reached.rolname !~ '^pg_|^supabase_([a-z]+_)?admin$'
  AND reached.rolname NOT IN ('tallystick_owner', 'tallystick_auditor', 'service_role')

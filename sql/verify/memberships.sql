-- Memberships
-- No role of an API's clients (anon, authenticated, authenticator, and the roles that were granted to authenticator) can act
-- as the server, the owner or the auditor, directly or through other roles. Whoever can chooses the business it works for.
WITH
acting AS MATERIALIZED (
    {can_act_as}
),
client AS (
    SELECT role.oid, role.rolname
    FROM pg_roles AS role
    WHERE role.rolname IN ('anon', 'authenticated', 'authenticator')
       OR (role.rolname !~ '^tallystick_' AND EXISTS (
           SELECT
           FROM pg_auth_members AS membership
           JOIN pg_roles AS login ON login.oid = membership.member
           WHERE membership.roleid = role.oid AND login.rolname = 'authenticator'))
),
ours AS (
    SELECT role.oid, role.rolname
    FROM pg_roles AS role
    WHERE role.rolname IN ('tallystick_app', 'tallystick_server', 'tallystick_owner', 'tallystick_auditor')
)
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN gained.names IS NOT NULL
        THEN format('clients of the API can act as %s, and so read and write for every business', gained.names) END AS wrong,
    gained.mend,
    client.rolname AS role
FROM client
LEFT JOIN LATERAL (
    SELECT string_agg(DISTINCT acting.actor_name, ', ') AS names,
           string_agg(DISTINCT format('REVOKE %I FROM %I', granted.rolname, client.rolname)
               -- From PostgreSQL 16 on, REVOKE takes back what one grantor granted.
               || CASE WHEN to_jsonb(membership) ? 'set_option'
                   THEN format(' GRANTED BY %I', pg_get_userbyid(membership.grantor)) ELSE '' END, '; ') AS mend
    FROM pg_auth_members AS membership
    JOIN acting AS direct ON direct.role = client.oid AND direct.actor = membership.roleid
    JOIN pg_roles AS granted ON granted.oid = membership.roleid
    JOIN acting ON acting.role = granted.oid
    JOIN ours ON ours.oid = acting.actor
    -- What another client role gains is said of that role only.
    WHERE membership.member = client.oid AND granted.oid NOT IN (SELECT also.oid FROM client AS also)
    GROUP BY granted.rolname
) AS gained ON true

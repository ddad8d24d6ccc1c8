-- Which role can act as which: every role as itself, and as each role that it is a member of, directly or through others.
-- Included by its name.
--
-- From PostgreSQL 16 on, a membership can be of no use: it neither inherits nor allows SET ROLE. The creator of a role gets
-- such a membership, with ADMIN OPTION. ADMIN OPTION alone is still power, because its holder can grant the role to itself;
-- but a role that may create roles is reported for that already.
WITH RECURSIVE usable (member, granted) AS (
    SELECT membership.member, membership.roleid
    FROM pg_auth_members AS membership
    JOIN pg_roles AS holder ON holder.oid = membership.member
    WHERE coalesce((to_jsonb(membership) ->> 'inherit_option')::boolean, true)
       OR coalesce((to_jsonb(membership) ->> 'set_option')::boolean, true)
       OR (membership.admin_option AND NOT holder.rolcreaterole)
),
reached (role, actor) AS (
    SELECT role.oid, role.oid FROM pg_roles AS role
    UNION
    SELECT reached.role, usable.granted
    FROM reached
    JOIN usable ON usable.member = reached.actor
)
SELECT reached.role, reached.actor, actor.rolname AS actor_name
FROM reached
JOIN pg_roles AS actor ON actor.oid = reached.actor

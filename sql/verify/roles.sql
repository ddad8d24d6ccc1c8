-- Roles
-- Nobody can log in as tallystick_owner, tallystick_app or tallystick_auditor, and none of them bypasses anything. The roles
-- that serve tenants are tallystick_app, its members, anon and authenticated. None of them bypasses row level security, can
-- become the owner or an auditor, can gain more power, or may read and write all tables or the server's files.
--
-- Other members of tallystick_owner are allowed: a migrating user without superuser rights is one.
WITH RECURSIVE
-- From PostgreSQL 16 on, the creator of a role becomes a member that can neither inherit from the role nor become it. Such
-- a membership gives no power.
usable_membership AS (
    SELECT membership.member, membership.roleid
    FROM pg_auth_members AS membership
    WHERE coalesce((to_jsonb(membership) ->> 'inherit_option')::boolean, true)
       OR coalesce((to_jsonb(membership) ->> 'set_option')::boolean, true)
),
can_act_as (role, actor) AS (
    SELECT role.oid, role.oid FROM pg_roles AS role
    UNION
    SELECT can_act_as.role, usable_membership.roleid
    FROM can_act_as
    JOIN usable_membership ON usable_membership.member = can_act_as.actor
),
judged AS (
    SELECT
        role.*,
        role.rolname IN ('tallystick_owner', 'tallystick_app', 'tallystick_auditor') AS is_ours,
        role.rolname IN ('anon', 'authenticated') OR 'tallystick_app' = ANY (acts.names) AS serves,
        acts.names
    FROM pg_roles AS role
    CROSS JOIN LATERAL (
        SELECT array_agg(actor.rolname::text ORDER BY actor.rolname) AS names
        FROM can_act_as
        JOIN pg_roles AS actor ON actor.oid = can_act_as.actor
        WHERE can_act_as.role = role.oid
    ) AS acts
)
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN judged.is_ours AND judged.rolcanlogin THEN 'it can log in' END,
        CASE WHEN judged.rolsuper THEN 'it is a superuser' END,
        CASE WHEN judged.rolbypassrls THEN 'it bypasses row level security' END,
        CASE WHEN judged.rolcreaterole THEN 'it can create roles, and grant itself others' END,
        CASE WHEN judged.rolreplication THEN 'it can copy the whole cluster' END,
        CASE WHEN judged.serves AND 'tallystick_owner' = ANY (judged.names) THEN 'it can become tallystick_owner' END,
        CASE WHEN judged.serves AND 'tallystick_auditor' = ANY (judged.names)
            THEN 'it reads the rows of every business, as tallystick_auditor' END,
        CASE WHEN judged.names && ARRAY[
                'pg_read_all_data', 'pg_write_all_data', 'pg_maintain', 'pg_database_owner',
                'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program']
            THEN format('it can act as %s', array_to_string(ARRAY(
                SELECT name FROM unnest(judged.names) AS name WHERE name LIKE 'pg\_%'), ', ')) END
    ), '') AS wrong,
    judged.rolname AS role
FROM judged
WHERE judged.is_ours OR judged.serves
UNION ALL
SELECT NULL, 1, 'the role does not exist', needed.name
FROM unnest(ARRAY['tallystick_owner', 'tallystick_app', 'tallystick_auditor']) AS needed (name)
WHERE NOT EXISTS (SELECT FROM pg_roles AS role WHERE role.rolname = needed.name)

-- Roles
-- Nobody can log in as tallystick_owner, tallystick_app or tallystick_auditor, and none of them bypasses anything. The roles
-- that serve tenants are tallystick_app, every role that can act as it, anon and authenticated. None of them bypasses row
-- level security, can become the owner or an auditor, can gain more power, or has one of PostgreSQL's predefined roles,
-- directly or through other roles.
--
-- Other members of tallystick_owner are allowed: a migrating user without superuser rights is one.
WITH
acting AS MATERIALIZED (
    {can_act_as}
),
judged AS (
    SELECT role.*, quote_ident(role.rolname) AS name, ours.is_ours, ours.is_ours AND role.rolcanlogin AS may_log_in
    FROM pg_roles AS role
    CROSS JOIN LATERAL (
        SELECT role.rolname IN ('tallystick_owner', 'tallystick_app', 'tallystick_auditor') AS is_ours
    ) AS ours
    -- An API's login role can become service_role, which bypasses row level security by design (see memberships.sql).
    WHERE role.rolname <> 'authenticator'
      AND (ours.is_ours OR role.rolname IN ('anon', 'authenticated')
           OR role.oid IN (SELECT acting.role FROM acting WHERE acting.actor_name = 'tallystick_app'))
),
-- Roles that no role of ours may act as.
powerful AS (
    SELECT role.oid,
        CASE
            WHEN role.rolname = 'tallystick_owner' THEN 'it can become tallystick_owner'
            WHEN role.rolname = 'tallystick_auditor' THEN 'it reads the rows of every business, as tallystick_auditor'
            WHEN role.rolname ~ '^pg_' THEN format('it can act as %I', role.rolname)
            ELSE format('it can act as %I, which %s', role.rolname, concat_ws(' and ',
                CASE WHEN role.rolsuper THEN 'is a superuser' END,
                CASE WHEN role.rolbypassrls THEN 'bypasses row level security' END,
                CASE WHEN role.rolcreaterole THEN 'can create roles' END,
                CASE WHEN role.rolreplication THEN 'can copy the whole cluster' END))
        END AS power
    FROM pg_roles AS role
    WHERE role.rolname IN ('tallystick_owner', 'tallystick_auditor') OR role.rolname ~ '^pg_'
       OR role.rolsuper OR role.rolbypassrls OR role.rolcreaterole OR role.rolreplication
)
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN judged.may_log_in THEN 'it can log in' END,
        CASE WHEN judged.rolsuper THEN 'it is a superuser' END,
        CASE WHEN judged.rolbypassrls THEN 'it bypasses row level security' END,
        CASE WHEN judged.rolcreaterole THEN 'it can create roles, and grant itself others' END,
        CASE WHEN judged.rolreplication THEN 'it can copy the whole cluster' END
    ), '') AS wrong,
    format('ALTER ROLE %s%s NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION', judged.name,
        CASE WHEN judged.is_ours THEN ' NOLOGIN' END) AS mend,
    judged.rolname AS role
FROM judged
UNION ALL
-- One row for each membership that gives power. What a role that is judged itself can do is said of that role only.
SELECT NULL, 1, string_agg(DISTINCT powerful.power, '; '),
    string_agg(DISTINCT format('REVOKE %I FROM %s', granted.rolname, judged.name)
        -- From PostgreSQL 16 on, REVOKE takes back what one grantor granted.
        || CASE WHEN to_jsonb(membership) ? 'set_option'
            THEN format(' GRANTED BY %I', pg_get_userbyid(membership.grantor)) ELSE '' END, '; '),
    judged.rolname
FROM judged
JOIN pg_auth_members AS membership ON membership.member = judged.oid
JOIN acting AS direct ON direct.role = membership.member AND direct.actor = membership.roleid
JOIN pg_roles AS granted ON granted.oid = membership.roleid
JOIN acting ON acting.role = granted.oid
JOIN powerful ON powerful.oid = acting.actor
WHERE granted.rolname IN ('tallystick_owner', 'tallystick_auditor')
   OR granted.oid NOT IN (SELECT also_judged.oid FROM judged AS also_judged)
GROUP BY judged.rolname, judged.name, granted.rolname
UNION ALL
SELECT NULL, 1, 'the role does not exist', 'tallystick migrate --reapply', needed.name
FROM unnest(ARRAY['tallystick_owner', 'tallystick_app', 'tallystick_auditor']) AS needed (name)
WHERE NOT EXISTS (SELECT FROM pg_roles AS role WHERE role.rolname = needed.name)

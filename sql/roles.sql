-- Roles and the schema, before the first migration. Runs as the migrating user.
--
-- tallystick_owner    owns every object; nobody logs in as it.
-- tallystick_app      has the privileges of the server; the server's login role is a member of it.
-- tallystick_auditor  reads the rows of every business and writes nothing: `verify` and pg_dump --enable-row-security, for
--                     those who are no superuser. No role that serves tenants is a member of it.
--
-- Roles belong to the whole cluster, so a migration of another database may create them at the same moment.
DO $$
DECLARE
    v_roles CONSTANT name[] := ARRAY['tallystick_owner', 'tallystick_app', 'tallystick_auditor'];
    v_role text;
    v_excess record;
    v_own text;
BEGIN
    FOREACH v_role IN ARRAY v_roles LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', v_role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;

    -- Somebody who made the roles by hand, for a restore, may have given them more. What this user may not take away is
    -- reported by `migrate` afterwards.
    FOR v_excess IN
        SELECT role.rolname, attribute.without
        FROM pg_catalog.pg_roles AS role
        CROSS JOIN LATERAL (VALUES
            (role.rolcanlogin, 'NOLOGIN'), (role.rolsuper, 'NOSUPERUSER'), (role.rolbypassrls, 'NOBYPASSRLS'),
            (role.rolcreaterole, 'NOCREATEROLE'), (role.rolcreatedb, 'NOCREATEDB'), (role.rolreplication, 'NOREPLICATION')
        ) AS attribute (is_held, without)
        WHERE role.rolname = ANY (v_roles) AND attribute.is_held
    LOOP
        BEGIN
            EXECUTE format('ALTER ROLE %I %s', v_excess.rolname, v_excess.without);
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;
        END;
    END LOOP;

    -- A migrating user without superuser rights must be able to become the owner, and may verify.
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
        IF NOT EXISTS (
            SELECT FROM pg_catalog.pg_auth_members AS m
            WHERE m.roleid = 'tallystick_owner'::regrole AND m.member = current_user::regrole
              AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) THEN
            EXECUTE format('GRANT tallystick_owner TO %I', current_user);
        END IF;
        -- What reads with the rights of this role would then show the rows of every business to whoever may use it.
        SELECT format('%I.%I', schema.nspname, own.name) INTO v_own
        FROM (
            SELECT relation.relnamespace AS schema, relation.relname AS name
            FROM pg_catalog.pg_class AS relation
            WHERE relation.relowner = current_user::regrole AND relation.relkind IN ('v', 'm')
            UNION ALL
            SELECT function.pronamespace, function.proname
            FROM pg_catalog.pg_proc AS function
            WHERE function.proowner = current_user::regrole AND function.prosecdef
        ) AS own
        JOIN pg_catalog.pg_namespace AS schema ON schema.oid = own.schema
        WHERE schema.nspname NOT IN ('tallystick', 'tallystick_migrate')
        LIMIT 1;
        IF pg_has_role(current_user, 'tallystick_auditor', 'USAGE')
            OR v_own IS NOT NULL AND (SELECT rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
            NULL;
        ELSIF v_own IS NOT NULL THEN
            RAISE WARNING 'role % cannot verify this database: % reads with its rights, and would show the rows of every business',
                current_user, v_own
                USING HINT = 'GRANT tallystick_auditor TO a role of its own, and verify as that role';
        ELSE
            BEGIN
                EXECUTE format('GRANT tallystick_auditor TO %I', current_user);
            EXCEPTION WHEN insufficient_privilege THEN
                RAISE WARNING 'role % cannot verify this database', current_user
                    USING HINT = format('a superuser can GRANT tallystick_auditor TO %I', current_user);
            END;
        END IF;
    END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS tallystick AUTHORIZATION tallystick_owner;

-- Refuse a database that was prepared against us. The owner of a schema can add functions to it, which our functions
-- would then call as tallystick_owner, and can drop our tables. A superuser and the migrating user can do that anyway: a
-- schema of theirs was restored without its owner, and owners.sql gives it back. The encoding must be UTF8, because texts
-- contain any character.
DO $$
DECLARE
    v_schema name;
    v_owner name;
BEGIN
    SELECT schema.nspname, owner.rolname INTO v_schema, v_owner
    FROM pg_catalog.pg_namespace AS schema
    JOIN pg_catalog.pg_roles AS owner ON owner.oid = schema.nspowner
    WHERE schema.nspname IN ('tallystick', 'tallystick_migrate')
      AND owner.rolname <> 'tallystick_owner' AND owner.rolname <> current_user AND NOT owner.rolsuper;
    IF FOUND THEN
        RAISE EXCEPTION 'schema % is there already and belongs to %', v_schema, v_owner
            USING HINT = format(
                'nothing was changed. If this is a restored tallystick, migrate as %I, or restore it as the role that '
                'migrates. Otherwise use another database', v_owner);
    END IF;
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'the database has the encoding %, and not UTF8', current_setting('server_encoding')
            USING HINT = 'create the database with ENCODING ''UTF8'' TEMPLATE template0';
    END IF;
END
$$;

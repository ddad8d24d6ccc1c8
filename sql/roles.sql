-- Roles and the schema, before the first migration. Runs as the migrating user.
--
-- tallystick_owner  owns every object; nobody logs in as it.
-- tallystick_app    has the privileges of the server; the server's login role is a member of it.
--
-- Roles belong to the whole cluster, so a migration of another database may create them at the same moment.
DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['tallystick_owner', 'tallystick_app'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', v_role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;

    -- A migrating user without superuser rights must be able to become the owner.
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
       AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_auth_members AS m
           WHERE m.roleid = 'tallystick_owner'::regrole AND m.member = current_user::regrole
             AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) THEN
        EXECUTE format('GRANT tallystick_owner TO %I', current_user);
    END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS tallystick AUTHORIZATION tallystick_owner;

-- Refuse a database that was prepared against us. The owner of a schema can add functions to it, which our functions
-- would then call as tallystick_owner, and can drop our tables. The encoding must be UTF8, because texts contain any character.
DO $$
DECLARE
    v_schema name;
    v_owner name;
BEGIN
    SELECT schema.nspname, pg_catalog.pg_get_userbyid(schema.nspowner) INTO v_schema, v_owner
    FROM pg_catalog.pg_namespace AS schema
    WHERE schema.nspname IN ('tallystick', 'tallystick_migrate') AND schema.nspowner <> 'tallystick_owner'::regrole;
    IF FOUND THEN
        RAISE EXCEPTION 'schema % is there already and belongs to %', v_schema, v_owner
            USING HINT = 'drop it, or use another database';
    END IF;
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'the database has the encoding %, and not UTF8', current_setting('server_encoding')
            USING HINT = 'create the database with ENCODING ''UTF8'' TEMPLATE template0';
    END IF;
END
$$;

-- Roles and the schema, before the first migration. Runs as the migrating user.
--
-- tallystick_owner  owns every object; nobody logs in as it.
-- tallystick_app    holds what the server may do; the server's login role is a member of it.
--
-- Roles belong to the whole cluster, so another database's migration may create them at the same moment.
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

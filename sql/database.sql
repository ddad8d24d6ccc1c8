-- What belongs to the database and not to the schema. Runs last, as the migrating user.
--
-- Without TEMP nobody can create a temporary table that takes the place of ours. If a role needs temporary tables for its
-- own work, grant TEMP to that role by name.
DO $$
DECLARE
    v_role name;
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, tallystick_app', current_database());
    -- Who may create schemas could put one of their own in front of ours.
    EXECUTE format('REVOKE CREATE ON DATABASE %I FROM PUBLIC, tallystick_app', current_database());
    FOR v_role IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM %I', current_database(), v_role);
    END LOOP;
END
$$;

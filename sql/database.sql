-- What belongs to the database and not to the schema. Runs last, as the migrating user.
--
-- Without TEMP nobody can create a temporary table that takes the place of ours. If a role needs temporary tables for its
-- own work, grant TEMP to that role by name.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, tallystick_app', current_database());
END
$$;

-- What belongs to the database and not to the schema. Runs as the migrating user, last.
--
-- Without TEMP nobody can put a table of their own in front of ours. Roles that need temporary tables
-- for work of their own are granted it by name.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, tallystick_app', current_database());
END
$$;

-- On a Supabase-style database, anon and service_role get nothing. Default privileges of the database, or of the role that
-- restored it, may have given them something.
DO $$
DECLARE
    v_role name;
BEGIN
    FOR v_role IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'service_role') LOOP
        EXECUTE format('REVOKE ALL ON SCHEMA tallystick, tallystick_migrate FROM %I CASCADE', v_role);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA tallystick, tallystick_migrate FROM %I CASCADE', v_role);
        EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tallystick FROM %I CASCADE', v_role);
    END LOOP;
END
$$;

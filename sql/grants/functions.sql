-- PostgreSQL lets everybody execute a new function; here nobody may until it says so. What the server may execute says
-- the function's own file, in its last line: GRANT EXECUTE ON FUNCTION … TO tallystick_app. A function without that line
-- is internal. What a signed-in user may execute says supabase.sql.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tallystick FROM PUBLIC;

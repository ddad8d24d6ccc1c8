-- The server's role reads every table and view, under row level security, and writes nothing: every write is a function's.
GRANT USAGE ON SCHEMA tallystick TO tallystick_app;

REVOKE ALL ON ALL TABLES IN SCHEMA tallystick FROM PUBLIC, tallystick_app;
GRANT SELECT ON ALL TABLES IN SCHEMA tallystick TO tallystick_app;

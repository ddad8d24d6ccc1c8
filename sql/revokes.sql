-- The functions' files, which follow, grant what the server may execute. So the server holds nothing before them: a GRANT that
-- was deleted from a file is taken back where it is in force already. grants/ does the same for tables.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tallystick FROM tallystick_app CASCADE;
REVOKE ALL ON SCHEMA tallystick FROM PUBLIC, tallystick_app CASCADE;

-- Without its own privileges, the owner's functions fail.
GRANT USAGE, CREATE ON SCHEMA tallystick, tallystick_migrate TO tallystick_owner;
GRANT ALL ON ALL TABLES IN SCHEMA tallystick, tallystick_migrate TO tallystick_owner;
GRANT ALL ON ALL FUNCTIONS IN SCHEMA tallystick TO tallystick_owner;

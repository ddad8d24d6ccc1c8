-- Who audits reads every table and view of both schemas, and executes nothing. policies/auditors_read_everything.sql shows
-- them every row.
REVOKE ALL ON SCHEMA tallystick, tallystick_migrate FROM tallystick_auditor CASCADE;
REVOKE ALL ON ALL TABLES IN SCHEMA tallystick, tallystick_migrate FROM tallystick_auditor CASCADE;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tallystick FROM tallystick_auditor CASCADE;
GRANT USAGE ON SCHEMA tallystick, tallystick_migrate TO tallystick_auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA tallystick, tallystick_migrate TO tallystick_auditor;

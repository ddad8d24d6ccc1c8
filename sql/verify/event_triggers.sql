-- Event triggers
-- No event trigger runs foreign code when the schema changes or a session begins: it would run with the rights of whoever
-- migrates or logs in. Those of extensions and of Supabase are known.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN event.evtenabled <> 'D' AND NOT known.is_known
        THEN format('it executes %s on %s, with the rights of whoever causes it', event.evtfoid::regprocedure, event.evtevent)
        END AS wrong,
    format('DROP EVENT TRIGGER %I', event.evtname) AS mend,
    event.evtname AS event_trigger
FROM pg_event_trigger AS event
JOIN pg_proc AS function ON function.oid = event.evtfoid
CROSS JOIN LATERAL (
    SELECT EXISTS (
               SELECT FROM pg_depend AS part
               WHERE part.classid = 'pg_event_trigger'::regclass AND part.objid = event.oid
                 AND part.refclassid = 'pg_extension'::regclass AND part.deptype = 'e')
           OR (event.evtname IN (
                   'issue_graphql_placeholder', 'issue_pg_cron_access', 'issue_pg_graphql_access', 'issue_pg_net_access',
                   'pgrst_ddl_watch', 'pgrst_drop_watch')
               AND function.pronamespace = (
                   SELECT schema.oid FROM pg_namespace AS schema WHERE schema.nspname = 'extensions')) AS is_known
) AS known

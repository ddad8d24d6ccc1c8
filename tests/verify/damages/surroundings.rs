//! Damage around the schema: presets, publications, subscriptions, event triggers.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "new sessions do not hold foreign keys",
        "database_settings",
        &[
            "session_replication_role=replica is in force for every new session of every role: it switches foreign keys off",
        ],
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET session_replication_role = replica', current_database()); END $$",
    ),
    damage(
        "a crash can lose what was confirmed",
        "database_settings",
        &["synchronous_commit=off", "PostgreSQL confirms what a crash can lose", "RESET synchronous_commit"],
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$",
    ),
    damage(
        "names of PostgreSQL mean what is in public",
        "database_settings",
        &["search_path=public, pg_catalog", "objects of others can take the place of PostgreSQL's own"],
        "DO $$ BEGIN
             EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());
         END $$",
    ),
    damage(
        "a server reads an old snapshot in this database",
        "database_settings",
        &["default_transaction_isolation=repeatable read", "our functions are written for read committed"],
        "DO $$ BEGIN
             EXECUTE format('ALTER ROLE tallystick_server IN DATABASE %I SET default_transaction_isolation = %L',
                            current_database(), 'repeatable read');
         END $$",
    ),
    damage(
        "a server begins with a business",
        "role_settings",
        &["app.business_id is in force", "tallystick_server", "a business that no request named"],
        "ALTER ROLE tallystick_server SET app.business_id = '0a000000-0000-7000-8000-000000000000'",
    ),
    damage(
        "every signed-in user begins with claims, which are not shown",
        "role_settings",
        &["\"wrong\":\"request.jwt.claims is in force for every new session of authenticated"],
        "ALTER ROLE authenticated SET request.jwt.claims = '{\"business_id\": \"0a000000-0000-7000-8000-000000000000\"}'",
    ),
    damage(
        "no session uses indexes",
        "role_settings",
        &[
            "enable_indexscan=off is in force for every new session of every role",
            "ALTER ROLE ALL RESET enable_indexscan",
        ],
        "ALTER ROLE ALL SET enable_indexscan = off",
    ),
    damage(
        "a signed-in user's foreign keys are off",
        "role_settings",
        &["session_replication_role=replica is in force for every new session of authenticated"],
        "ALTER ROLE authenticated SET session_replication_role = replica",
    ),
    damage(
        "a server's commits are not awaited",
        "role_settings",
        &["synchronous_commit=off is in force for every new session of tallystick_server"],
        "ALTER ROLE tallystick_server SET synchronous_commit = no",
    ),
    damage(
        "our functions read their variables in place of columns",
        "role_settings",
        &["plpgsql.variable_conflict is in force", "it can change what our functions do"],
        "ALTER ROLE tallystick_app SET plpgsql.variable_conflict = use_variable",
    ),
    damage(
        "every session loads somebody's code",
        "role_settings",
        &["session_preload_libraries=nobody_knows", "it loads code into every session"],
        "ALTER ROLE authenticator SET session_preload_libraries = 'nobody_knows'",
    ),
    damage(
        "a setting that nobody has judged",
        "role_settings",
        &["transform_null_equals=on", "it is not among the settings that are known to be harmless"],
        "ALTER ROLE tallystick_server SET transform_null_equals = on",
    ),
    damage(
        "every table is published",
        "replication",
        &["it publishes every table", "DROP PUBLICATION damaged_all"],
        "CREATE PUBLICATION damaged_all FOR ALL TABLES",
    ),
    damage(
        "two tables are published",
        "replication",
        &["it publishes tallystick.customers, tallystick.orders", "damaged_two"],
        "CREATE PUBLICATION damaged_two FOR TABLE tallystick.orders, tallystick.customers",
    ),
    damage(
        "the schema is published",
        "replication",
        &["it publishes every table of schema tallystick", "damaged_schema"],
        "CREATE PUBLICATION damaged_schema FOR TABLES IN SCHEMA tallystick",
    ),
    damage(
        "another server writes our orders",
        "replication",
        &["it writes into tallystick.orders", "damaged_source"],
        "CREATE SUBSCRIPTION damaged_source CONNECTION 'host=nowhere.invalid' PUBLICATION theirs
             WITH (connect = false, slot_name = NONE);
         INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate)
         SELECT oid, 'tallystick.orders'::regclass, 'r' FROM pg_subscription WHERE subname = 'damaged_source'",
    ),
    damage(
        "a migration runs somebody's code",
        "event_triggers",
        &["it executes public.damaged_watch() on ddl_command_end", "DROP EVENT TRIGGER damaged_watch"],
        "CREATE FUNCTION public.damaged_watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE EVENT TRIGGER damaged_watch ON ddl_command_end EXECUTE FUNCTION public.damaged_watch()",
    ),
];

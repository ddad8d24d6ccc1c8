//! The catalogue, the statistics and the monitoring views show no value of another business.
//!
//! They do show how large tables are and how often they are read, for all businesses together. PostgreSQL shows that to
//! everybody who can log in.

use super::context::relations;
use crate::support::{
    actor::Actor,
    two_businesses::{OURS, THEIR_MARK, fill, two_businesses},
};

/// Views and functions that show what happens in the server.
const SHOWING: [&str; 16] = [
    "pg_stat_activity",
    "pg_locks",
    "pg_prepared_statements",
    "pg_cursors",
    "pg_prepared_xacts",
    "pg_stats",
    "pg_stats_ext",
    "pg_stats_ext_exprs",
    "pg_stat_user_tables",
    "pg_stat_user_functions",
    "pg_stat_xact_user_tables",
    "pg_seclabels",
    "pg_db_role_setting",
    "pg_largeobject_metadata",
    "pg_description",
    "pg_replication_slots",
];

/// Views and functions for superusers.
const CLOSED: [&str; 9] = [
    "pg_authid",
    "pg_shadow",
    "pg_statistic",
    "pg_statistic_ext_data",
    "pg_largeobject",
    "pg_user_mapping",
    "pg_subscription",
    "pg_file_settings",
    "pg_backend_memory_contexts",
];

/// A value of the other business, in a query and in a table.
const THEIR_QUERY: &str = "SELECT 'theirs-in-a-query', name FROM tallystick.customers";

#[tokio::test]
async fn nothing_that_monitors_shows_a_value_of_another_business() {
    let database = two_businesses().await;
    let busy = database.session().await;
    busy.client().batch_execute("ANALYZE; SELECT lo_from_bytea(4711, 'theirs')").await.unwrap();
    busy.client().batch_execute(THEIR_QUERY).await.unwrap();
    let superuser = Actor::superuser(&database).await;
    let told = superuser.rows("SELECT query FROM pg_stat_activity WHERE datname = current_database()").await;
    assert!(format!("{told:?}").contains("theirs-in-a-query"), "there is something to be shown: {told:?}");
    for actor in Actor::both(&database, &OURS.id("business")).await {
        for view in SHOWING {
            let shown = actor.rows(&format!("SELECT each::text FROM {view} AS each")).await;
            let shown = format!("{shown:?}");
            // A session sees its own query.
            assert!(!shown.contains("bbbbbbbb-") && !shown.contains(THEIR_MARK), "{view}: {shown}");
        }
        for view in CLOSED {
            actor.is_denied(&format!("SELECT * FROM {view}")).await;
        }
        for sql in [
            "SELECT lo_get(4711)",
            "SELECT pg_cancel_backend(pid) FROM pg_locks WHERE pid <> pg_backend_pid() AND locktype = 'nothing' UNION ALL
             SELECT pg_terminate_backend((SELECT min(pid) FROM pg_stat_activity WHERE usename = 'postgres' AND pid <> pg_backend_pid()))",
        ] {
            actor.is_denied(sql).await;
        }
    }
}

/// No sequence shows how many rows there were, no advisory lock and no channel shows what others do.
#[tokio::test]
async fn there_is_no_sequence_no_advisory_lock_and_no_channel() {
    let database = two_businesses().await;
    let superuser = Actor::superuser(&database).await;
    let sequences = "SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'tallystick'::regnamespace";
    assert_eq!(superuser.value(sequences).await, "0");
    let speaking = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'tallystick'::regnamespace
                    AND prosrc ~* 'advisory|notify|dblink|nextval'";
    assert_eq!(superuser.value(speaking).await, "0");
    for actor in Actor::both(&database, &OURS.id("business")).await {
        actor.is_refused("SELECT lastval()", &["55000"]).await;
        actor.is_refused("SELECT currval('tallystick.customers')", &["42501", "42809"]).await;
        // A listener gets nothing about what others do.
        let mut listener = actor;
        listener.session.client().batch_execute("LISTEN tallystick; LISTEN customers").await.unwrap();
        let bought =
            "SELECT outcome FROM tallystick.purchase({business}, {customer}, ARRAY[{product}], '{1}', 'heard')";
        listener.rows(&fill(bought)).await;
        assert!(listener.session.take_notices().is_empty());
    }
}

#[tokio::test]
async fn row_level_security_is_active_for_both_on_every_table() {
    let database = two_businesses().await;
    for actor in Actor::both(&database, &OURS.id("business")).await {
        for relation in relations(&database).await {
            let kind = format!("SELECT relkind FROM pg_class WHERE oid = '{relation}'::regclass");
            if actor.value(&kind).await == "r" {
                let active = actor.value(&format!("SELECT row_security_active('{relation}')")).await;
                assert_eq!(active, "t", "{relation}");
            }
        }
    }
}

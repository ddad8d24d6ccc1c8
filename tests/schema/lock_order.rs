//! No call of the server and a run of `migrate` wait for each other's tables.

use std::collections::BTreeSet;

use tallystick::db::connection::DedicatedConnection;

use crate::isolation::functions::{Function, server_functions};
use crate::support::{
    actor::context,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    sessions::until,
    two_businesses::{OURS, fill, two_businesses},
};

/// The views and then the tables in the order in which `migrate` locks them.
fn relations() -> Vec<String> {
    let lists = include_str!("../../sql/locks.sql").split(" IN ARRAY ARRAY[").skip(1);
    let names = lists.flat_map(|rest| rest.split(']').next().unwrap().split('\'').skip(1).step_by(2));
    names.map(str::to_owned).collect()
}

/// The places in that order of what a session has locked.
async fn held(observer: &DedicatedConnection, pid: i32, relations: &[String]) -> BTreeSet<usize> {
    const HELD: &str = "
        SELECT relation.relname::text
        FROM pg_locks AS lock JOIN pg_class AS relation ON relation.oid = lock.relation
        WHERE lock.pid = $1 AND lock.granted AND relation.relkind IN ('r', 'v') AND relation.relnamespace = 'tallystick'::regnamespace";
    let rows = observer.client().query(HELD, &[&pid]).await.unwrap();
    rows.iter().map(|row| relations.iter().position(|name| *name == row.get::<_, &str>(0)).unwrap()).collect()
}

/// `migrate` has locked everything up to one relation that a call now waits for. If the call holds later ones alone, `migrate` comes to
/// wait for the call. (If it holds an earlier one, `migrate` waits there, and has not come to this one.)
async fn waits_while_it_holds(
    database: &FreshDatabase,
    session: &DedicatedConnection,
    call: &str,
    relation: usize,
    relations: &[String],
) -> BTreeSet<usize> {
    let observer = database.session().await;
    let pid: i32 = session.client().query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    // LOCK TABLE on a view would lock the tables under it.
    let lock = format!(
        "BEGIN;
         DO $$ BEGIN
             IF EXISTS (SELECT FROM pg_class WHERE oid = 'tallystick.{name}'::regclass AND relkind = 'v') THEN
                 ALTER VIEW tallystick.{name} SET (security_invoker = true);
             ELSE
                 LOCK TABLE tallystick.{name} IN ACCESS EXCLUSIVE MODE;
             END IF;
         END $$",
        name = relations[relation]
    );
    observer.client().batch_execute(&lock).await.unwrap();
    let looking = async {
        until("the call waits", async || {
            let waiting = "SELECT FROM pg_locks WHERE pid = $1 AND NOT granted";
            observer.client().query_opt(waiting, &[&pid]).await.unwrap()
        })
        .await;
        let held = held(&observer, pid, relations).await;
        observer.client().batch_execute("ROLLBACK").await.unwrap();
        held
    };
    let (answer, held) = tokio::join!(session.client().batch_execute(call), looking);
    answer.unwrap_or_else(|error| panic!("{call}\n{error:?}"));
    session.client().batch_execute("ROLLBACK").await.unwrap();
    held
}

#[tokio::test]
async fn no_call_of_the_server_waits_for_a_table_while_it_holds_only_later_ones() {
    let database = two_businesses().await;
    let relations = relations();
    let observer = database.session().await;
    let functions = server_functions(&database).await;
    // What takes no business works for another function, which has locked before.
    let mut calls: Vec<_> =
        functions.iter().filter(|function| function.takes("p_business_id")).map(Function::good_call).collect();
    calls.push(fill("tallystick.stock_movement_list({business}, {product}, NULL, NULL, 10, true)"));
    let mut tried = 0;
    for call in calls {
        let session = database.session_as(SERVER_ROLE).await;
        let pid: i32 = session.client().query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
        let sql = format!("BEGIN; {} SELECT FROM {call}", context(&OURS.id("business")));
        session.client().batch_execute(&sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
        let used = held(&observer, pid, &relations).await;
        session.client().batch_execute("ROLLBACK").await.unwrap();
        let last = used.last().copied();
        for relation in used.into_iter().filter(|relation| Some(*relation) != last) {
            let held = waits_while_it_holds(&database, &session, &sql, relation, &relations).await;
            assert!(
                held.first().is_none_or(|first| *first < relation),
                "{call} waits for {} while it holds {:?}",
                relations[relation],
                held.iter().map(|place| &relations[*place]).collect::<Vec<_>>()
            );
            tried += 1;
        }
    }
    assert!(tried >= 60, "{tried}");
}

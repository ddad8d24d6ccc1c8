//! The PostgreSQL that the tests share. It has the roles of a Supabase project.

use tokio_postgres::{Client, NoTls};

use crate::support::cluster::cluster;

#[tokio::test]
async fn the_shared_cluster_has_supabases_roles_and_room() {
    let client = connect(&cluster().superuser_url("postgres")).await;
    let roles =
        "SELECT string_agg(concat_ws(' ', rolname, rolcanlogin, rolinherit, rolbypassrls), ', ' ORDER BY rolname)
                 FROM pg_roles WHERE rolname IN ('anon', 'authenticated', 'authenticator', 'service_role')";
    assert_eq!(ask(&client, roles).await, "anon f t f, authenticated f t f, authenticator t f f, service_role f t t");
    assert_eq!(ask(&client, "SELECT current_setting('max_connections')").await, "600");
    assert!(cluster().bin_dir().join("initdb").is_file());
}

#[tokio::test]
async fn the_authenticator_becomes_whom_a_request_speaks_for() {
    let client = connect(&cluster().url("authenticator", "postgres")).await;
    for role in ["anon", "authenticated", "service_role"] {
        client.batch_execute(&format!("SET ROLE {role}")).await.unwrap();
        assert_eq!(ask(&client, "SELECT current_user::text").await, role);
    }
}

#[test]
fn the_shared_cluster_is_one_and_can_be_had_outside_a_runtime_too() {
    assert!(std::ptr::eq(cluster(), cluster()));
    assert!((15..=18).contains(&cluster().major_version()));
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The answer to a query for one text.
async fn ask(client: &Client, sql: &str) -> String {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

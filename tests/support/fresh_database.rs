//! A database for one test: empty, or a clone of one with the schema installed.

use std::sync::atomic::{AtomicU32, Ordering};

use postgres_url::ConnectionUrl;
use tallystick::{
    db::connection::{DedicatedConnection, connect},
    local_postgres::SUPERUSER,
    schema::migrate::{MigrateOptions, migrate},
};
use tokio::sync::OnceCell;

use super::{cluster::cluster, source::source};

/// A new database that nobody else uses.
pub struct FreshDatabase {
    /// The database's name, unique in the cluster; tests derive role names from it.
    pub name: String,
}

/// The role that servers under test connect as, created as docs/operating.md says.
pub const SERVER_ROLE: &str = "tallystick_server";

const TEMPLATE: &str = "tallystick_template";

static NEXT: AtomicU32 = AtomicU32::new(1);

impl FreshDatabase {
    /// An empty one.
    pub async fn create() -> Self {
        Self::cloned_from("template1").await
    }

    /// One with the schema installed.
    pub async fn installed() -> Self {
        static INSTALLED: OnceCell<()> = OnceCell::const_new();
        INSTALLED.get_or_init(install_template).await;
        Self::cloned_from(TEMPLATE).await
    }

    async fn cloned_from(template: &str) -> Self {
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = session("postgres").await;
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
        admin.client().batch_execute(&create).await.unwrap();
        if template == TEMPLATE {
            // A clone has everything but its template's privileges on the database itself (sql/database.sql).
            let revoke = format!("REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC");
            admin.client().batch_execute(&revoke).await.unwrap();
        }
        Self { name }
    }

    /// This database's URL for `role`, which needs no password.
    pub fn url_as(&self, role: &str) -> ConnectionUrl {
        cluster().url(role, &self.name).parse().unwrap()
    }

    /// This database's URL for `role` with one more parameter.
    pub fn url_with(&self, role: &str, parameter: &str) -> ConnectionUrl {
        format!("{}&{parameter}", cluster().url(role, &self.name)).parse().unwrap()
    }

    /// This database's URL for the superuser.
    pub fn url(&self) -> ConnectionUrl {
        self.url_as(SUPERUSER)
    }

    /// This database's URL for the server's role.
    pub fn server_url(&self) -> ConnectionUrl {
        self.url_as(SERVER_ROLE)
    }

    /// A session of `role`.
    pub async fn session_as(&self, role: &str) -> DedicatedConnection {
        connect(&self.url_as(role)).await.unwrap()
    }

    /// A session of the superuser. Row level security does not apply to it: never test isolation with it.
    pub async fn session(&self) -> DedicatedConnection {
        self.session_as(SUPERUSER).await
    }
}

async fn session(database: &str) -> DedicatedConnection {
    connect(&cluster().superuser_url(database).parse().unwrap()).await.unwrap()
}

async fn install_template() {
    let admin = session("postgres").await;
    admin.client().batch_execute(&format!("CREATE DATABASE {TEMPLATE}")).await.unwrap();
    let url = cluster().superuser_url(TEMPLATE).parse().unwrap();
    migrate(&url, &source(), MigrateOptions::default(), &mut |_| {}).await.unwrap();
    let role = format!("CREATE ROLE {SERVER_ROLE} LOGIN IN ROLE tallystick_app");
    admin.client().batch_execute(&role).await.unwrap();
}

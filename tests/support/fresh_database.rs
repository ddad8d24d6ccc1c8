//! An empty database on the server that `TALLYSTICK_TEST_DATABASE_URL` names, as its superuser.

use std::sync::atomic::{AtomicU32, Ordering};

use tallystick::db::{
    connect::{Session, connect},
    connection_url::ConnectionUrl,
};

/// The URL of a new, empty database, for a superuser.
pub struct FreshDatabase {
    template: String,
    /// The database's name, unique in the cluster; tests derive role names from it.
    pub name: String,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl FreshDatabase {
    pub async fn create() -> Self {
        let template = std::env::var("TALLYSTICK_TEST_DATABASE_URL")
            .expect("TALLYSTICK_TEST_DATABASE_URL: postgresql://{user}@host/{database}, literally");
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let fresh = Self { template, name };
        let admin = fresh.session_in("postgres", "postgres").await;
        admin.client().batch_execute(&format!("CREATE DATABASE {}", fresh.name)).await.unwrap();
        fresh
    }

    /// This database's URL for `role`, which needs no password.
    pub fn url_as(&self, role: &str) -> ConnectionUrl {
        self.url_in(&self.name, role)
    }

    /// This database's URL for `role` with one more parameter.
    pub fn url_with(&self, role: &str, parameter: &str) -> ConnectionUrl {
        format!("{}?{parameter}", self.fill(&self.name, role)).parse().unwrap()
    }

    pub fn url(&self) -> ConnectionUrl {
        self.url_as("postgres")
    }

    pub async fn session_as(&self, role: &str) -> Session {
        self.session_in(&self.name, role).await
    }

    pub async fn session(&self) -> Session {
        self.session_as("postgres").await
    }

    fn url_in(&self, database: &str, role: &str) -> ConnectionUrl {
        self.fill(database, role).parse().unwrap()
    }

    fn fill(&self, database: &str, role: &str) -> String {
        self.template.replace("{database}", database).replace("{user}", role)
    }

    async fn session_in(&self, database: &str, role: &str) -> Session {
        connect(&self.url_in(database, role)).await.unwrap()
    }
}

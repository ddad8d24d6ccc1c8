//! One temporary PostgreSQL for the whole test process, with the roles that a Supabase project has.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;

use tallystick::local_postgres::{Lifetime, LocalPostgres, LocalPostgresOptions, PROGRAM, SUPERUSER};
use tokio_postgres::NoTls;

use super::temp_folder::unique_path;

/// No durability, because the data is thrown away; and enough connections for the concurrency tests.
const SETTINGS: [(&str, &str); 4] =
    [("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"), ("max_connections", "600")];

/// The roles as Supabase creates them, before tallystick is installed.
const ROLES: &str = "
    CREATE ROLE anon NOLOGIN;
    CREATE ROLE authenticated NOLOGIN;
    CREATE ROLE service_role NOLOGIN BYPASSRLS;
    CREATE ROLE authenticator LOGIN NOINHERIT;
    GRANT anon, authenticated, service_role TO authenticator;
";

/// The PostgreSQL of this test process.
pub struct Cluster {
    postgres: LocalPostgres,
}

impl Cluster {
    /// The URL of `database` for `role`, which needs no password.
    pub fn url(&self, role: &str, database: &str) -> String {
        self.postgres.url(role, database)
    }

    /// The URL of `database` for the superuser.
    pub fn superuser_url(&self, database: &str) -> String {
        self.url(SUPERUSER, database)
    }

    /// The folder of `psql`, `pg_dump` and other programs of the same version.
    pub fn bin_dir(&self) -> &Path {
        self.postgres.bin_dir()
    }

    /// 15 to 18.
    pub fn major_version(&self) -> u32 {
        self.postgres.major_version()
    }
}

/// The one cluster, started by the first test that asks. Its watchdog stops it when this process has ended.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        // The caller may be inside a runtime already, and a runtime does not block within another.
        let start = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(start());
        thread::spawn(start).join().expect("the test cluster starts")
    })
}

async fn start() -> Cluster {
    let options = LocalPostgresOptions {
        program: PROGRAM,
        data_dir: unique_path(),
        bin_dir: named_bin_dir(),
        settings: SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        lifetime: Lifetime::Temporary,
    };
    let postgres = LocalPostgres::start(options, &|_| {}).await.unwrap_or_else(|error| panic!("{error}"));
    let (client, connection) = tokio_postgres::connect(&postgres.url(SUPERUSER, "postgres"), NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(ROLES).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    Cluster { postgres }
}

/// The binaries to test with, if the caller of the tests names them.
pub fn named_bin_dir() -> Option<PathBuf> {
    env::var_os("TALLYSTICK_POSTGRES_BIN").filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

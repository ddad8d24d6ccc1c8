//! A dump that is restored into a new cluster, which has none of the roles: by a superuser, and by an owner who is none.

use postgres_url::ConnectionUrl;
use tallystick::{
    db::connection::{DedicatedConnection, connect},
    local_postgres::{Lifetime, LocalPostgres, LocalPostgresOptions, PROGRAM, SUPERUSER},
    schema::{
        migrate::{MigrateOptions, Report, embedded, migrate},
        role_check::check,
    },
    verify::{Progress, VerifyOptions, VerifyReport, verify},
};

use super::restore::{dump, postgres_program};
use crate::support::{
    actor::context,
    audit::findings,
    cluster::named_bin_dir,
    temp_folder::{TempFolder, unique_path},
    two_businesses::{OURS, fill, two_businesses},
};

/// The cluster, and what to restore into it.
struct NewCluster {
    postgres: LocalPostgres,
    folder: TempFolder,
}

impl NewCluster {
    async fn start() -> Self {
        let folder = TempFolder::created();
        dump(&two_businesses().await, &folder.path().join("dump.sql"), &[]).await;
        let options = LocalPostgresOptions {
            bin_dir: named_bin_dir(),
            settings: vec![("fsync".to_owned(), "off".to_owned())],
            lifetime: Lifetime::Temporary,
            ..LocalPostgresOptions::new(PROGRAM, unique_path())
        };
        let postgres = LocalPostgres::start(options, &|_| {}).await.unwrap_or_else(|error| panic!("{error}"));
        Self { postgres, folder }
    }

    fn url(&self, role: &str, database: &str) -> ConnectionUrl {
        self.postgres.url(role, database).parse().unwrap()
    }

    async fn session(&self, role: &str, database: &str) -> DedicatedConnection {
        connect(&self.url(role, database)).await.unwrap()
    }

    /// As the superuser.
    async fn run(&self, database: &str, sql: &str) {
        self.session(SUPERUSER, database).await.client().batch_execute(sql).await.unwrap();
    }

    /// Goes on after each error, as psql does.
    async fn restore(&self, role: &str, database: &str) -> String {
        let file = self.folder.path().join("dump.sql");
        let url = self.postgres.url(role, database);
        postgres_program("psql", &["-X", "-q", "-d", &url, "-f", file.to_str().unwrap()]).await.1
    }

    async fn migrate(&self, role: &str, database: &str) -> Report {
        let url = self.url(role, database);
        migrate(&url, &embedded::source().unwrap(), MigrateOptions::default(), &mut |_| {}).await.unwrap()
    }

    /// What `verify` says, the roles included: nobody else is in this cluster.
    async fn verify(&self, role: &str, database: &str) -> VerifyReport {
        let url = self.url(role, database);
        verify(&url, VerifyOptions::default(), &mut |_: Progress| {}).await.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn ask(&self, database: &str, query: &str) -> String {
        let row = self.session(SUPERUSER, database).await.client().query_one(query, &[]).await.unwrap();
        row.get::<_, String>(0)
    }
}

#[tokio::test]
async fn a_dump_restored_into_a_new_cluster_is_mended_verified_and_sells() {
    let cluster = NewCluster::start().await;
    cluster.run("postgres", "CREATE DATABASE shop").await;
    let said = cluster.restore(SUPERUSER, "shop").await;
    assert!(said.contains("role \"tallystick_owner\" does not exist"), "{said}");

    let report = cluster.migrate(SUPERUSER, "shop").await;
    assert!(!report.mended.is_empty() && report.left.is_empty(), "{report:#?}");
    assert!(cluster.migrate(SUPERUSER, "shop").await.nothing_to_do());
    cluster.run("shop", "CREATE ROLE tallystick_server LOGIN IN ROLE tallystick_app").await;
    check(&cluster.url("tallystick_server", "shop"), &embedded::source().unwrap()).await.unwrap();
    let verified = cluster.verify(SUPERUSER, "shop").await;
    assert_eq!(findings(&verified), [""; 0]);

    let purchase =
        "SELECT outcome FROM tallystick.purchase({business}, {newcomer}, ARRAY[{product}], '{1}', 'restored')";
    let server = cluster.session("tallystick_server", "shop").await;
    server.client().batch_execute(&format!("BEGIN; {}", context(&OURS.id("business")))).await.unwrap();
    let bought: String = server.client().query_one(&fill(purchase), &[]).await.unwrap().get(0);
    server.client().batch_execute("COMMIT").await.unwrap();
    assert_eq!(bought, "created");
    assert_eq!(findings(&cluster.verify(SUPERUSER, "shop").await), [""; 0]);

    a_role_that_comes_later_gets_its_grants(&cluster).await;
    roles_made_by_hand_lose_what_they_should_not_have(&cluster).await;
    an_owner_who_is_no_superuser_restores_migrates_and_verifies(&cluster, verified.rows_checked).await;
    an_owner_whose_own_view_would_show_all_rows_is_no_auditor(&cluster).await;
}

async fn a_role_that_comes_later_gets_its_grants(cluster: &NewCluster) {
    cluster.run("shop", "CREATE ROLE anon NOLOGIN; CREATE ROLE authenticated NOLOGIN").await;
    let may = "SELECT bool_or(has_function_privilege('authenticated', oid, 'EXECUTE'))::text FROM pg_proc
               WHERE pronamespace = 'tallystick'::regnamespace AND proname = 'purchase'";
    assert_eq!(cluster.ask("shop", may).await, "false");
    let report = cluster.migrate(SUPERUSER, "shop").await;
    assert!(report.mended.iter().any(|one| one.to_string().contains("granted to authenticated")), "{report:#?}");
    assert_eq!(cluster.ask("shop", may).await, "true");
    assert_eq!(findings(&cluster.verify(SUPERUSER, "shop").await), [""; 0]);
}

async fn roles_made_by_hand_lose_what_they_should_not_have(cluster: &NewCluster) {
    let more = "ALTER ROLE tallystick_owner LOGIN BYPASSRLS; ALTER ROLE tallystick_app CREATEDB;
                ALTER ROLE tallystick_auditor SUPERUSER";
    cluster.run("shop", more).await;
    let report = cluster.migrate(SUPERUSER, "shop").await;
    assert_eq!((report.mended.len(), report.left.len()), (3, 0), "{report:#?}");
    assert_eq!(findings(&cluster.verify(SUPERUSER, "shop").await), [""; 0]);
}

async fn an_owner_who_is_no_superuser_restores_migrates_and_verifies(cluster: &NewCluster, rows: u64) {
    let create = "CREATE ROLE keeper LOGIN CREATEROLE; CREATE DATABASE theirs OWNER keeper";
    for statement in create.split(';') {
        cluster.run("postgres", statement).await;
    }
    // From PostgreSQL 16 on, CREATEROLE alone grants no role that somebody else made.
    if cluster.postgres.major_version() >= 16 {
        let grant = "GRANT tallystick_owner, tallystick_app, tallystick_auditor TO keeper WITH ADMIN TRUE, INHERIT FALSE, SET FALSE";
        cluster.run("postgres", grant).await;
    }
    cluster.restore("keeper", "theirs").await;
    let report = cluster.migrate("keeper", "theirs").await;
    assert!(!report.mended.is_empty() && report.left.is_empty(), "{report:#?}");
    let verified = cluster.verify("keeper", "theirs").await;
    assert_eq!(findings(&verified), [""; 0]);
    assert!(verified.businesses.len() == 2 && verified.rows_checked >= rows, "{verified:#?}");

    // A backup that this owner takes has the rows of all businesses.
    let (url, file) = (cluster.postgres.url("keeper", "theirs"), cluster.folder.path().join("again.sql"));
    let arguments = ["--enable-row-security", "-d", &url, "-f", file.to_str().unwrap()];
    let (done, said) = postgres_program("pg_dump", &arguments).await;
    assert!(done, "{said}");
    let dumped = std::fs::read_to_string(&file).unwrap();
    for tenant in [OURS, crate::support::two_businesses::THEIRS] {
        assert!(dumped.contains(&tenant.id("payment")), "{}", tenant.id("business"));
    }

    // Without the policy, an auditor would not see every row, and finding nothing would prove nothing.
    cluster.run("theirs", "DROP POLICY auditors_read_everything ON tallystick.orders").await;
    let blind = verify(&cluster.url("keeper", "theirs"), VerifyOptions::default(), &mut |_: Progress| {}).await;
    assert!(blind.unwrap_err().to_string().contains("does not see every row"));
}

/// The rows that a view shows are those of its owner. An upgrade must not open it to those who may read it.
async fn an_owner_whose_own_view_would_show_all_rows_is_no_auditor(cluster: &NewCluster) {
    for statement in ["CREATE ROLE viewer LOGIN CREATEROLE", "CREATE DATABASE viewed OWNER viewer"] {
        cluster.run("postgres", statement).await;
    }
    if cluster.postgres.major_version() >= 16 {
        let grant = "GRANT tallystick_owner, tallystick_app, tallystick_auditor TO viewer WITH ADMIN TRUE, INHERIT FALSE, SET FALSE";
        cluster.run("postgres", grant).await;
    }
    let viewer = cluster.session("viewer", "viewed").await;
    viewer.client().batch_execute("CREATE SCHEMA mine; CREATE VIEW mine.own AS SELECT 1").await.unwrap();
    let mut warnings = Vec::new();
    let (url, source) = (cluster.url("viewer", "viewed"), embedded::source().unwrap());
    migrate(&url, &source, MigrateOptions::default(), &mut |progress| warnings.push(format!("{progress:?}")))
        .await
        .unwrap();
    assert!(warnings.concat().contains("mine.own reads with its rights"), "{warnings:#?}");
    let audits = "SELECT pg_has_role('viewer', 'tallystick_auditor', 'USAGE')::text";
    assert_eq!(cluster.ask("viewed", audits).await, "false");
}

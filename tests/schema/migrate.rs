//! `tallystick migrate`: idempotent, all or nothing, for superusers and others.

use postgres_url::ConnectionUrl;
use tallystick::schema::migrate::{
    HistoryError, MigrateError, MigrateOptions, Progress, Report, Source, migrate, source::Script,
};

use crate::support::{fresh_database::FreshDatabase, source};

const ROLES: &str = include_str!("../../sql/roles.sql");
pub const FIRST: &str = "CREATE TABLE tallystick.things (id integer PRIMARY KEY);";
pub const SECOND: &str = "ALTER TABLE tallystick.things ADD COLUMN name text;";
pub const CODE: &str = "CREATE OR REPLACE FUNCTION tallystick.answer() RETURNS integer LANGUAGE sql RETURN 42;";

/// A small source, because these tests are about the runner and not about the schema.
pub fn source(migrations: &[&str], code: &str) -> Source {
    let migrations = (1..)
        .zip(migrations)
        .map(|(number, sql)| Script::new(format!("migrations/{number:04}_step_{number}.sql"), (*sql).to_owned()));
    Source::new(
        Script::new("roles.sql", ROLES),
        migrations.collect(),
        vec![Script::new("functions/answer.sql", code.to_owned())],
        Script::new("database.sql", "SELECT 1;"),
    )
    .unwrap()
}

/// The messages of a run, besides its result.
#[derive(Default)]
pub struct Heard {
    applied: Vec<String>,
    notices: Vec<String>,
    pub waited: bool,
}

async fn run(url: &ConnectionUrl, source: &Source) -> (Result<Report, MigrateError>, Heard) {
    run_with(url, source, MigrateOptions::default()).await
}

pub async fn run_with(
    url: &ConnectionUrl,
    source: &Source,
    options: MigrateOptions,
) -> (Result<Report, MigrateError>, Heard) {
    let mut heard = Heard::default();
    let result = migrate(url, source, options, &mut |progress: Progress<'_>| match progress {
        Progress::WaitingForAnotherRun { .. } => heard.waited = true,
        Progress::Applying { path } => heard.applied.push(path.to_owned()),
        Progress::Notice { path, notice } => {
            heard.notices.push(format!("{path} {}: {}", notice.severity, notice.message));
        }
    })
    .await;
    (result, heard)
}

pub async fn migrated(url: &ConnectionUrl, source: &Source) -> Report {
    run(url, source).await.0.unwrap()
}

pub async fn text(database: &FreshDatabase, query: &str) -> String {
    database
        .session()
        .await
        .client()
        .query_one(query, &[])
        .await
        .unwrap()
        .get::<_, Option<String>>(0)
        .unwrap_or_default()
}

pub fn versions(report: &Report) -> Vec<i32> {
    report.applied.iter().map(|one| one.version).collect()
}

#[tokio::test]
async fn a_fresh_database_gets_everything_and_a_second_run_finds_nothing_to_do() {
    let database = FreshDatabase::create().await;
    let source = source(&[FIRST, SECOND], CODE);
    let (first, heard) = run(&database.url(), &source).await;
    let first = first.unwrap();
    assert_eq!((versions(&first), first.code_applied, first.version), (vec![1, 2], true, 2));
    assert_eq!(
        heard.applied,
        [
            "roles.sql",
            "owners.sql",
            "bookkeeping.sql",
            "locks.sql",
            "migrations/0001_step_1.sql",
            "migrations/0002_step_2.sql",
            "functions/answer.sql",
            "database.sql"
        ]
    );
    let (second, heard) = run(&database.url(), &source).await;
    assert!(second.unwrap().nothing_to_do());
    assert!(heard.applied.is_empty(), "{:?}", heard.applied);
}

#[tokio::test]
async fn the_embedded_schema_installs_and_reapplies_without_a_notice_or_a_warning() {
    let database = FreshDatabase::create().await;
    let source = source::source();
    let (first, heard) = run(&database.url(), &source).await;
    assert_eq!(first.unwrap().applied.len(), source.migrations.len());
    assert_eq!(heard.notices, [""; 0]);
    let reapply = MigrateOptions { reapply: true, ..MigrateOptions::default() };
    let (second, heard) = run_with(&database.url(), &source, reapply).await;
    let second = second.unwrap();
    assert!(second.code_applied && second.applied.is_empty());
    assert_eq!(heard.notices, [""; 0]);
}

#[tokio::test]
async fn everything_belongs_to_the_owner_role_and_the_server_can_read_the_bookkeeping() {
    let database = FreshDatabase::create().await;
    migrated(&database.url(), &source(&[FIRST], CODE)).await;
    let owners = "SELECT string_agg(DISTINCT pg_get_userbyid(owner), ',') FROM (
        SELECT relowner FROM pg_class WHERE relnamespace::regnamespace::text IN ('tallystick', 'tallystick_migrate')
        UNION ALL SELECT proowner FROM pg_proc WHERE pronamespace = 'tallystick'::regnamespace
        UNION ALL SELECT nspowner FROM pg_namespace WHERE nspname IN ('tallystick', 'tallystick_migrate')) AS o (owner)";
    assert_eq!(text(&database, owners).await, "tallystick_owner");
    let readable = "SELECT has_table_privilege('tallystick_app', 'tallystick_migrate.migrations', 'SELECT')::text";
    assert_eq!(text(&database, readable).await, "true");
    let writable = "SELECT has_table_privilege('tallystick_app', 'tallystick_migrate.migrations', 'INSERT')::text";
    assert_eq!(text(&database, writable).await, "false");
}

#[tokio::test]
async fn a_new_migration_is_applied_once_and_the_code_again() {
    let database = FreshDatabase::create().await;
    migrated(&database.url(), &source(&[FIRST], CODE)).await;
    let report = migrated(&database.url(), &source(&[FIRST, SECOND], CODE)).await;
    assert_eq!((versions(&report), report.code_applied), (vec![2], true));
    let columns = "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
                   WHERE attrelid = 'tallystick.things'::regclass AND attnum > 0";
    assert_eq!(text(&database, columns).await, "id,name");
}

#[tokio::test]
async fn changed_code_is_applied_without_any_migration() {
    let database = FreshDatabase::create().await;
    migrated(&database.url(), &source(&[FIRST], CODE)).await;
    let report = migrated(&database.url(), &source(&[FIRST], &CODE.replace("42", "43"))).await;
    assert_eq!((versions(&report), report.code_applied), (vec![], true));
    assert_eq!(text(&database, "SELECT tallystick.answer()::text").await, "43");
}

#[tokio::test]
async fn code_altered_by_hand_is_mended_by_reapplying() {
    let database = FreshDatabase::create().await;
    let source = source(&[FIRST], CODE);
    migrated(&database.url(), &source).await;
    database.session().await.client().batch_execute(&CODE.replace("42", "0")).await.unwrap();
    assert!(migrated(&database.url(), &source).await.nothing_to_do());
    let reapply = MigrateOptions { reapply: true, ..MigrateOptions::default() };
    assert!(run_with(&database.url(), &source, reapply).await.0.unwrap().code_applied);
    assert_eq!(text(&database, "SELECT tallystick.answer()::text").await, "42");
}

#[tokio::test]
async fn an_edited_migration_is_refused_and_nothing_is_changed() {
    let database = FreshDatabase::create().await;
    let first = source(&[FIRST], CODE);
    migrated(&database.url(), &first).await;
    let edited = source(&[&FIRST.replace("integer", "bigint"), SECOND], CODE);
    let released = format!("{}  migrations/0001_step_1.sql", first.migrations[0].script.sha256());
    for (edited, said) in [
        (edited.clone(), "was made by a development version of tallystick: no release has its migration 0001_step_1"),
        (edited.with_released(&released).unwrap(), "migration 0001_step_1 was edited after a release had shipped it"),
    ] {
        let (result, heard) = run(&database.url(), &edited).await;
        let error = result.unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
        assert!(heard.applied.is_empty(), "{:?}", heard.applied);
    }
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_database() {
    let database = FreshDatabase::create().await;
    migrated(&database.url(), &source(&[FIRST, SECOND], CODE)).await;
    let error = run(&database.url(), &source(&[FIRST], CODE)).await.0.unwrap_err();
    assert!(matches!(error, MigrateError::History(HistoryError::NewerDatabase { version: 2, .. })), "{error}");
    assert!(error.to_string().contains("upgrade the program"), "{error}");
}

#[tokio::test]
async fn a_migration_missing_from_the_bookkeeping_is_refused() {
    let database = FreshDatabase::create().await;
    let source = source(&[FIRST, SECOND], CODE);
    migrated(&database.url(), &source).await;
    let forget = "DELETE FROM tallystick_migrate.migrations WHERE version = 1";
    database.session().await.client().batch_execute(forget).await.unwrap();
    let error = run(&database.url(), &source).await.0.unwrap_err();
    assert!(matches!(error, MigrateError::History(HistoryError::Skipped { version: 1, .. })), "{error}");
}

#[tokio::test]
async fn a_failing_statement_undoes_the_whole_run_and_is_located() {
    let database = FreshDatabase::create().await;
    let broken = "CREATE TABLE tallystick.other (id integer);\n\nCREATE TABLE tallystick.wrong (id no_such_type);";
    let error = run(&database.url(), &source(&[FIRST, broken], CODE)).await.0.unwrap_err();
    assert!(error.to_string().starts_with("sql/migrations/0002_step_2.sql:3: "), "{error}");
    assert!(error.to_string().contains("no_such_type"), "{error}");
    let left = "SELECT count(*)::text FROM pg_namespace WHERE nspname LIKE 'tallystick%'";
    assert_eq!(text(&database, left).await, "0");
}

#[tokio::test]
async fn a_file_cannot_end_the_transaction_or_change_the_role() {
    for escape in ["COMMIT; BEGIN;", "RESET ROLE;"] {
        let database = FreshDatabase::create().await;
        let error = run(&database.url(), &source(&[FIRST, escape], CODE)).await.0.unwrap_err();
        assert!(matches!(error, MigrateError::EscapedTransaction { .. }), "{escape} {error}");
    }
}

#[tokio::test]
async fn warnings_from_postgresql_are_passed_on() {
    let database = FreshDatabase::create().await;
    let noisy = "DROP TABLE IF EXISTS tallystick.nothing;
                 DO $$ BEGIN RAISE WARNING 'three rows were %', 'odd'; RAISE INFO 'done'; END $$;";
    let (result, heard) = run(&database.url(), &source(&[noisy], CODE)).await;
    result.unwrap();
    let from_migration: Vec<_> = heard.notices.iter().filter(|notice| notice.starts_with("migrations/")).collect();
    assert_eq!(
        from_migration,
        ["migrations/0001_step_1.sql WARNING: three rows were odd", "migrations/0001_step_1.sql INFO: done"]
    );
}

#[tokio::test]
async fn the_roles_own_time_limits_do_not_apply() {
    let database = FreshDatabase::create().await;
    let strict = format!(
        "ALTER DATABASE {} SET statement_timeout = '20ms'; ALTER DATABASE {} SET lock_timeout = '1ms'",
        database.name, database.name
    );
    database.session().await.client().batch_execute(&strict).await.unwrap();
    migrated(&database.url(), &source(&[FIRST, "SELECT pg_sleep(0.05);"], CODE)).await;
}

#[tokio::test]
async fn a_database_owner_with_createrole_can_migrate_without_being_superuser() {
    let database = FreshDatabase::create().await;
    let owner = format!("{}_owner", database.name);
    let create = format!("CREATE ROLE {owner} LOGIN CREATEROLE; ALTER DATABASE {} OWNER TO {owner}", database.name);
    database.session().await.client().batch_execute(&create).await.unwrap();
    // Roles belong to the cluster, and other tests have created them already. Let this role administer them, as if it had
    // created them.
    if text(&database, "SELECT current_setting('server_version_num')").await.as_str() >= "160000" {
        grant_admin(&database, &owner).await;
    }
    let source = source::source();
    let (result, heard) = run(&database.url_as(&owner), &source).await;
    assert_eq!(result.unwrap().applied.len(), source.migrations.len());
    assert!(!heard.notices.iter().any(|notice| notice.contains("WARNING")), "{:?}", heard.notices);
    assert!(migrated(&database.url_as(&owner), &source).await.nothing_to_do());
}

/// PostgreSQL 16 and newer give this to the creator of a role: it may grant the role, and neither inherits nor becomes it.
async fn grant_admin(database: &FreshDatabase, role: &str) {
    let session = database.session().await;
    for created in ["tallystick_owner", "tallystick_app", "tallystick_auditor"] {
        let create = format!(
            "DO $$ BEGIN CREATE ROLE {created}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$"
        );
        session.client().batch_execute(&create).await.unwrap();
        let grant = format!("GRANT {created} TO {role} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE");
        session.client().batch_execute(&grant).await.unwrap();
    }
}

#[tokio::test]
async fn a_role_that_may_not_migrate_is_told_which_one_may() {
    let database = FreshDatabase::create().await;
    migrated(&database.url(), &source(&[FIRST], CODE)).await;
    let role = format!("{}_nobody", database.name);
    database.session().await.client().batch_execute(&format!("CREATE ROLE {role} LOGIN")).await.unwrap();
    let error = run(&database.url_as(&role), &source(&[FIRST, SECOND], CODE)).await.0.unwrap_err();
    assert!(error.to_string().contains("permission denied"), "{error}");
    assert!(error.to_string().contains("TALLYSTICK_MIGRATE_DATABASE_URL"), "{error}");
}

/// A view in the place of the bookkeeping would run its owner's functions with the rights of whoever migrates.
#[tokio::test]
async fn bookkeeping_that_somebody_else_prepared_is_refused_and_not_read() {
    let database = FreshDatabase::create().await;
    let role = format!("{}_preparer", database.name);
    let prepare = format!(
        "CREATE ROLE {role}; CREATE SCHEMA tallystick_migrate AUTHORIZATION {role}; SET ROLE {role};
         CREATE FUNCTION tallystick_migrate.ran() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'it was read'; END $$;
         CREATE VIEW tallystick_migrate.current_code AS SELECT tallystick_migrate.ran() AS sha256;
         CREATE VIEW tallystick_migrate.migrations AS
             SELECT 1 AS version, tallystick_migrate.ran() AS name, tallystick_migrate.ran() AS sha256"
    );
    database.session().await.client().batch_execute(&prepare).await.unwrap();
    let error = run(&database.url(), &source::source()).await.0.unwrap_err();
    assert!(error.to_string().contains(&format!("is there already and belongs to {role}")), "{error}");
}

#[tokio::test]
async fn a_schema_that_belongs_to_somebody_else_is_refused() {
    for schema in ["tallystick", "tallystick_migrate"] {
        let database = FreshDatabase::create().await;
        let role = format!("{}_squatter", database.name);
        let squat = format!(
            "CREATE ROLE {role}; CREATE SCHEMA {schema} AUTHORIZATION {role};
                             GRANT ALL ON SCHEMA {schema} TO PUBLIC"
        );
        database.session().await.client().batch_execute(&squat).await.unwrap();
        let error = run(&database.url(), &source::source()).await.0.unwrap_err();
        assert!(
            error.to_string().contains(&format!("schema {schema} is there already and belongs to {role}")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_character_is_refused() {
    let database = FreshDatabase::create().await;
    let latin = FreshDatabase { name: format!("{}_latin", database.name) };
    let create = format!("CREATE DATABASE {} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'", latin.name);
    database.session().await.client().batch_execute(&create).await.unwrap();
    let error = run(&latin.url(), &source::source()).await.0.unwrap_err();
    assert!(error.to_string().contains("the encoding LATIN1, and not UTF8"), "{error}");
}

//! `tallystick migrate`. What it does to a database is tested in `schema`.

use super::program::{program, run};
use crate::support::{cluster::cluster, fresh_database::FreshDatabase};

#[tokio::test]
async fn migrate_installs_the_schema_and_then_finds_nothing_to_do() {
    let database = FreshDatabase::create().await;
    let url = cluster().superuser_url(&database.name);

    let first = run(program(&["migrate"]).env("TALLYSTICK_MIGRATE_DATABASE_URL", &url)).expect(0);
    assert!(first.contains("applied 0001 businesses"), "{first}");
    assert!(first.contains("applied functions, views, triggers, policies and grants"), "{first}");

    let second = run(program(&["migrate", "--database-url", &url]).env("TALLYSTICK_LOG", "error")).expect(0);
    assert!(second.starts_with("nothing to do: the schema is at version"), "{second}");

    let third = run(&mut program(&["migrate", "--reapply", "--database-url", &url])).expect(0);
    assert!(third.starts_with("applied functions, views, triggers, policies and grants"), "{third}");
}

#[test]
fn a_database_that_is_not_there_is_status_2_and_no_secret_is_shown() {
    let url = "postgresql://somebody:hunter2@127.0.0.1:1/nowhere";
    for arguments in [&["migrate"][..], &["serve"], &["business", "list"]] {
        let complaint = run(program(arguments).env("DATABASE_URL", url)).expect_complaint(2);
        assert!(!complaint.contains("hunter2"), "{complaint}");
        assert!(complaint.contains("127.0.0.1") || complaint.contains("database"), "{complaint}");
    }
}

#[test]
fn a_command_without_a_database_says_what_to_set() {
    let complaint = run(&mut program(&["migrate"])).expect_complaint(2);
    assert!(complaint.contains("TALLYSTICK_MIGRATE_DATABASE_URL"), "{complaint}");
}

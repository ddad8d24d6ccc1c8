//! `tallystick migrate`. What it does to a database is tested in `schema`.

use super::program::{program, run};
use crate::support::{cluster::cluster, fresh_database::FreshDatabase};

#[tokio::test]
async fn migrate_installs_the_schema_and_then_finds_nothing_to_do() {
    let database = FreshDatabase::create().await;
    let url = cluster().superuser_url(&database.name);

    let first = run(program(&["migrate"]).env("TALLYSTICK_MIGRATE_DATABASE_URL", &url)).expect(0);
    assert!(first.contains("applied 0001 texts"), "{first}");
    assert!(first.contains("applied functions, views, triggers, policies and grants"), "{first}");

    let second = run(program(&["migrate", "--database-url", &url]).env("TALLYSTICK_LOG", "error")).expect(0);
    assert!(second.starts_with("nothing to do: the schema is at version"), "{second}");

    let third = run(&mut program(&["migrate", "--reapply", "--database-url", &url])).expect(0);
    assert!(third.starts_with("applied functions, views, triggers, policies and grants"), "{third}");
}

#[tokio::test]
async fn migrate_says_what_it_mended_and_what_is_left_to_be_done() {
    let database = FreshDatabase::installed().await;
    let url = cluster().superuser_url(&database.name);
    let change =
        "GRANT UPDATE ON tallystick.products TO tallystick_app; DROP INDEX tallystick.stock_movements_by_product";
    database.session().await.client().batch_execute(change).await.unwrap();
    for mended in [true, false] {
        let said = run(&mut program(&["migrate", "--database-url", &url])).expect(1);
        assert_eq!(said.contains("      1  privileges\n"), mended, "{said}");
        assert!(
            said.contains("  - table tallystick.stock_movements, index stock_movements_by_product: it is missing\n")
        );
        assert!(
            said.contains("CREATE INDEX stock_movements_by_product ON tallystick.stock_movements USING btree"),
            "{said}"
        );
    }
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

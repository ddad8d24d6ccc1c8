//! `tallystick verify` as a program: what it prints, and its exit status.

use std::process::Output;

use tokio::process::Command;

use super::damage::seeded;
use crate::support::{cluster::cluster, fresh_database::FreshDatabase};

const CUSTOMER: &str = "0a000000-0000-7000-8000-0000000000c1";

async fn run(database: &FreshDatabase, role: &str, flags: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tallystick"))
        .arg("verify")
        .args(flags)
        .env_remove("TALLYSTICK_MIGRATE_DATABASE_URL")
        .env("DATABASE_URL", cluster().url(role, &database.name))
        .output()
        .await
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A database whose ledger a superuser has damaged, committed.
async fn damaged() -> FreshDatabase {
    let database = seeded().await;
    let damage = "ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER refuse_change;
                  SET session_replication_role = replica;
                  DELETE FROM tallystick.credit_ledger WHERE id = '0a000000-0000-7000-8000-0000000000e2';
                  ALTER TABLE tallystick.credit_ledger ENABLE ALWAYS TRIGGER refuse_change";
    database.session().await.client().batch_execute(damage).await.unwrap();
    database
}

#[tokio::test]
async fn it_prints_each_finding_with_its_keys_and_exits_with_1() {
    let database = damaged().await;
    let output = run(&database, "postgres", &[]).await;
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}{}", text(&output.stderr));
    let line = printed.lines().find(|line| line.contains("entry_no should be 2")).expect(&printed);
    for key in ["business_id=0a000000-0000-7000-8000-000000000000", &format!("customer_id={CUSTOMER}"), "entry_no=3"] {
        assert!(line.contains(key), "{line}");
    }
    for beginning in ["WRONG  Ledger chain ", "WRONG  Orders and ledger ", "ok     Stock ", "ok     Catalogue "] {
        assert!(printed.lines().any(|line| line.starts_with(beginning)), "{beginning}\n{printed}");
    }
    assert_eq!(text(&output.stderr), "", "a progress bar is for terminals");
}

#[tokio::test]
async fn it_prints_json_that_says_the_same() {
    let database = damaged().await;
    let output = run(&database, "postgres", &["--json"]).await;
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let check = report["checks"].as_array().unwrap().iter().find(|check| check["name"] == "ledger_chain").unwrap();
    assert_eq!((&check["rows_checked"], &check["findings_total"]), (&4.into(), &1.into()));
    let finding = &check["findings"][0];
    assert_eq!((&finding["customer_id"], &finding["entry_no"]), (&CUSTOMER.into(), &3.into()));
    assert!(report["businesses"][0]["findings"].as_u64().unwrap() > 0);
    assert_eq!(report["businesses"][1]["findings"], 0);
}

#[tokio::test]
async fn it_exits_with_2_for_a_role_that_does_not_see_every_row() {
    let database = seeded().await;
    let output = run(&database, "tallystick_server", &[]).await;
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(text(&output.stdout), "");
    assert!(said.contains("does not see every row") && said.contains("TALLYSTICK_MIGRATE_DATABASE_URL"), "{said}");
}

#[tokio::test]
async fn it_prints_every_check_of_a_clean_database() {
    let database = seeded().await;
    let output = run(&database, "postgres", &[]).await;
    let printed = text(&output.stdout);
    // Other tests create bad roles in the same cluster. One check may find them and so change the exit status.
    let wrong: Vec<_> = printed.lines().filter(|line| line.starts_with("WRONG") && !line.contains(" Roles ")).collect();
    assert_eq!(wrong, [""; 0], "{printed}");
    assert_eq!(output.status.code(), Some(i32::from(printed.contains("WRONG"))), "{printed}");
    for name in ["Alpha", "Beta"] {
        assert!(printed.lines().any(|line| line.contains(name)), "{printed}");
    }
}

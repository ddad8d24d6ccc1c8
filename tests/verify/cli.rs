//! `tallystick verify` as a program: what it prints, and its exit status.

use std::process::Output;

use tallystick::verify::{CHECKS, Subject};
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
    // Other tests create bad roles in the same cluster. Some checks may find them and so change the exit status.
    let of_cluster = |line: &str| {
        CHECKS.iter().any(|check| check.subject == Subject::Cluster && line.contains(&format!(" {} ", check.title())))
    };
    let wrong: Vec<_> = printed.lines().filter(|line| line.starts_with("WRONG") && !of_cluster(line)).collect();
    assert_eq!(wrong, [""; 0], "{printed}");
    assert_eq!(output.status.code(), Some(i32::from(printed.contains("WRONG"))), "{printed}");
    for name in ["Alpha", "Beta"] {
        assert!(printed.lines().any(|line| line.contains(name)), "{printed}");
    }
}

#[tokio::test]
async fn it_prints_what_mends_a_finding() {
    let database = seeded().await;
    let damage = "CREATE TABLE public.all_orders AS SELECT * FROM tallystick.orders;
                  GRANT SELECT ON public.all_orders TO PUBLIC";
    database.session().await.client().batch_execute(damage).await.unwrap();
    let printed = text(&run(&database, "postgres", &[]).await.stdout);
    let lines: Vec<_> = printed.lines().collect();
    let found = lines.iter().position(|line| line.contains("it has the columns of tallystick.orders")).expect(&printed);
    assert_eq!(lines[found + 1].trim(), "to mend it: REVOKE ALL ON public.all_orders FROM PUBLIC");
}

#[tokio::test]
async fn it_says_what_the_role_cannot_look_at_and_exits_with_3() {
    let database = seeded().await;
    let auditor = format!("{}_narrow", database.name);
    let create = format!(
        "CREATE ROLE {auditor} LOGIN BYPASSRLS; GRANT USAGE ON SCHEMA tallystick TO {auditor};
         GRANT SELECT ON ALL TABLES IN SCHEMA tallystick TO {auditor}"
    );
    database.session().await.client().batch_execute(&create).await.unwrap();
    // The grants are no part of tallystick, and a finding. So the report is read as JSON.
    let output = run(&database, &auditor, &["--json"]).await;
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    let check = |name: &str| report["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap();
    assert_eq!(check("release")["findings_total"], 0, "{report}");
    assert!(check("release")["not_checked"][0].as_str().unwrap().contains("permission denied"), "{report}");
    assert_eq!(check("ledger_chain")["rows_checked"], 5);
    assert_eq!(report["not_checked"], 1);
    let printed = text(&run(&database, &auditor, &[]).await.stdout);
    assert!(
        printed.contains("part   Release ") && printed.contains("not checked: Release: permission denied"),
        "{printed}"
    );
}

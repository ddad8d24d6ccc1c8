//! The tables of mutants (`mutants/tables`) stay valid between two runs of `make mutants`.

use std::{collections::BTreeSet, env, process::Command};

use tallystick::schema::migrate::embedded;
use tallystick_mutants::{Hunk, Mutant, all};

use crate::support::{fresh_database::FreshDatabase, source::broken_pins};

/// Every test of this binary, as it lists them itself.
fn tests() -> Vec<String> {
    let listed = Command::new(env::current_exe().unwrap()).args(["--list", "--format", "terse"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[test]
fn every_mutant_changes_lines_that_are_there_once() {
    let broken = broken_pins(&embedded::source().unwrap(), &all().unwrap());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_broken_pin_is_named_in_one_go() {
    let source = embedded::source().unwrap();
    let hunk =
        |file: &str, line: &str| Hunk { file: file.to_owned(), before: vec![line.to_owned()], after: Vec::new() };
    let mutant = |name: &str, hunks| Mutant {
        name: name.to_owned(),
        breaks: "a rule".to_owned(),
        caught_by: vec!["a_test".to_owned()],
        only_the_snapshot: None,
        hunks,
    };
    let good = "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tallystick FROM PUBLIC;";
    let mutants = [
        mutant("one", vec![hunk("roles.sql", "no such line"), hunk("database.sql", "nor this one")]),
        mutant("two", vec![hunk("grants/functions.sql", good)]),
        mutant("three", vec![hunk("grants/nothing.sql", "no such file")]),
    ];
    let broken = broken_pins(&source, &mutants).join("\n");
    for part in ["one: roles.sql has", "no such line", "one: database.sql has", "nor this one", "three: there is no"] {
        assert!(broken.contains(part), "{part} is missing: {broken}");
    }
    assert!(!broken.contains("two"), "{broken}");
}

#[test]
fn every_mutant_has_a_name_of_its_own_and_is_caught_by_tests_that_there_are() {
    let (mutants, tests) = (all().unwrap(), tests());
    let names: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
    assert_eq!(names.len(), mutants.len(), "two mutants have one name");
    let faults: Vec<_> = mutants.iter().filter_map(|mutant| mutant.catchers(&tests).err()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// `make mutants` uses this test to see whether a mutant can be installed at all.
#[tokio::test]
async fn the_sql_under_test_installs() {
    FreshDatabase::installed().await;
}

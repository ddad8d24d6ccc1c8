//! The tables of mutants (`mutants/tables`) stay valid between two runs of `make mutants`.

use std::{collections::BTreeSet, env, process::Command};

use tallystick::db::migrate::embedded;
use tallystick_mutants::{Mutant, all};

use crate::support::{fresh_database::FreshDatabase, source::mutated};

/// Every test of this binary, as it lists them itself.
fn tests() -> Vec<String> {
    let listed = Command::new(env::current_exe().unwrap()).args(["--list", "--format", "terse"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[test]
fn every_mutant_changes_lines_that_are_there_once() {
    let source = embedded::source().unwrap();
    let fault = |mutant: &Mutant| mutated(source.clone(), mutant).err();
    let faults: Vec<_> = all().unwrap().iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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

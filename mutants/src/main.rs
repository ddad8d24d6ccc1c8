//! `make mutants`: breaks one promise of the SQL after the other and checks that the test suite notices.
//!
//! Nothing is built anew for a mutant. The suite reads the name of the mutant from the environment and installs it instead of
//! the shipped SQL. Only tests of behaviour count. Almost every mutant also differs from the snapshot of the catalogue, which
//! the report shows in a column of its own.

mod report;
mod suite;

use std::{
    collections::BTreeSet,
    env,
    num::NonZero,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use anyhow::{anyhow, ensure};
use tallystick_mutants::{CONTROL, Mutant, all};

use report::{Fate, Verdict};
use suite::Suite;

/// What any mutant changes: a line of the catalogue.
const SNAPSHOT: &str = "schema::snapshot::a_fresh_install_equals_the_snapshot";

fn main() -> anyhow::Result<ExitCode> {
    let wanted: Vec<String> = env::args().skip(1).collect();
    let mutants = selection(&wanted)?;
    let suite = Suite::build()?;
    check_that_the_suite_is_green(&suite, &mutants)?;

    let began = Instant::now();
    let fates = put_all_to_the_test(&suite, &mutants)?;
    report::write(&fates)?;
    println!("\n{} in {} s.", report::summary(&fates), began.elapsed().as_secs());
    println!("All of it is in target/mutants/report.md.");
    let good = fates.iter().all(|fate| fate.verdict.is_good());
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// All mutants, or those whose name contains one of these texts.
fn selection(wanted: &[String]) -> anyhow::Result<Vec<Mutant>> {
    let is_wanted = |mutant: &Mutant| wanted.is_empty() || wanted.iter().any(|text| mutant.name.contains(text));
    let mutants: Vec<_> = all().map_err(anyhow::Error::msg)?.into_iter().filter(is_wanted).collect();
    ensure!(!mutants.is_empty(), "no mutant has {} in its name", wanted.join(" or "));
    Ok(mutants)
}

/// A test that fails without a mutant catches nothing.
fn check_that_the_suite_is_green(suite: &Suite, mutants: &[Mutant]) -> anyhow::Result<()> {
    let mut tests = BTreeSet::from([CONTROL, SNAPSHOT]);
    for mutant in mutants {
        tests.extend(mutant.catchers(&suite.tests).map_err(anyhow::Error::msg)?);
    }
    let catchers = tests.len() - 2;
    println!("{} mutants, to be caught by {catchers} tests; are these green without one?", mutants.len());
    let outcome = suite.run(None, &tests)?;
    ensure!(outcome.red.is_empty(), "red without any mutant: {:#?}", outcome.red);
    Ok(())
}

/// Tries as many at a time as there are processors. The results have the order of the mutants.
fn put_all_to_the_test(suite: &Suite, mutants: &[Mutant]) -> anyhow::Result<Vec<Fate>> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut fates = Vec::new();
        while let Some((number, mutant)) = take(&next, mutants) {
            let fate = put_to_the_test(suite, mutant)?;
            println!("{:>3}/{} {}", done.fetch_add(1, Ordering::Relaxed) + 1, mutants.len(), fate.line());
            fates.push((number, fate));
        }
        anyhow::Ok(fates)
    };
    let mut fates = Vec::new();
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            fates.extend(worker.join().map_err(|_| anyhow!("a worker panicked"))??);
        }
        anyhow::Ok(())
    })?;
    fates.sort_by_key(|(number, _)| *number);
    Ok(fates.into_iter().map(|(_, fate)| fate).collect())
}

fn take<'mutants>(next: &AtomicUsize, mutants: &'mutants [Mutant]) -> Option<(usize, &'mutants Mutant)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    Some((number, mutants.get(number)?))
}

fn put_to_the_test(suite: &Suite, mutant: &Mutant) -> anyhow::Result<Fate> {
    let began = Instant::now();
    let catchers: BTreeSet<&str> = mutant.catchers(&suite.tests).map_err(anyhow::Error::msg)?.into_iter().collect();
    let mut tests = catchers.clone();
    tests.extend([CONTROL, SNAPSHOT]);
    let mut red = suite.run(Some(&mutant.name), &tests)?.red;
    let snapshot = red.remove(SNAPSHOT);
    let verdict = if red.contains(CONTROL) {
        Verdict::NotInstallable
    } else if red.len() == catchers.len() {
        match (&mutant.only_the_snapshot, snapshot) {
            (None, _) => Verdict::Caught,
            (Some(_), true) => Verdict::CaughtBySnapshotOnly,
            (Some(_), false) => Verdict::Survived,
        }
    } else {
        println!("        {}: looking at the whole suite …", mutant.name);
        red = suite.run_all(&mutant.name)?.red;
        if red.is_empty() { Verdict::Survived } else { Verdict::CaughtByOthers }
    };
    Ok(Fate::new(mutant, verdict, red, snapshot, began.elapsed()))
}

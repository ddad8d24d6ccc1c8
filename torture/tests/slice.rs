//! A slice of the torture, short enough for every change: each fault once, then every answer held against the books.
//!
//! `make torture` is the whole of it.

use std::io::Write;

use clap::ValueEnum;
use tallystick_torture::{faults::Fault, plan::Plan, run::run, world::Programs};

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_under_every_fault_is_true() {
    let seed = std::env::var("SEED").ok().map_or_else(rand::random, |seed| seed.parse().unwrap());
    println!("SEED={seed}");
    let plan = Plan {
        seed,
        cycles: 1,
        faults: Fault::value_variants().to_vec(),
        clients: 24,
        purchases: 5_000,
        time_limit: None,
        chapter_requests: 400_000,
    };
    // Cargo puts test programs one folder below the others, and builds those of the workspace first.
    let mut tallystick = std::env::current_exe().unwrap();
    tallystick.pop();
    tallystick.pop();
    tallystick.push("tallystick");
    assert!(tallystick.is_file(), "{} is missing: `cargo build` makes it", tallystick.display());
    let bin_dir = std::env::var_os("TALLYSTICK_POSTGRES_BIN").filter(|folder| !folder.is_empty()).map(Into::into);

    let report = run(&plan, &Programs::new(tallystick, bin_dir)).await.unwrap();

    println!("{report}");
    for (fault, why) in &report.left_out {
        // Past the capture of a test that passes.
        let _ = writeln!(std::io::stderr(), "*** {fault} WAS NOT TRIED: {why} ***");
    }
    for fault in Fault::value_variants() {
        let count = report.faults.get(fault).map_or(0, |faults| faults.count);
        assert!(count > 0 || report.left_out.contains_key(fault), "{fault} was not injected");
    }
    assert!(!report.has_findings(), "SEED={seed}");
    assert!(report.purchases() >= 5_000);
}

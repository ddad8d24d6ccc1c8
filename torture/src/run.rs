//! A whole run: chapter after chapter, until the plan is done.

use std::time::Instant;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::{
    chapter::Run,
    faults::Fault,
    plan::{Plan, Schedule},
    progress::Progress,
    report::TortureReport,
    world::{Programs, disk::Disk},
};

/// Tortures as `plan` says. What was found is in the report; `save` is given each chapter with findings.
///
/// # Errors
/// If PostgreSQL or a server does not start, or does not recover from a fault.
pub async fn run(plan: &Plan, programs: &Programs) -> anyhow::Result<TortureReport> {
    let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
    let mut schedule = Schedule::new(plan, &mut rng);
    let mut report = TortureReport::new(plan);
    if programs.faketime.is_none() && plan.faults.contains(&Fault::ShiftClock) {
        report.left_out(Fault::ShiftClock, "libfaketime is not installed");
        schedule.leave_out(|fault| fault == Fault::ShiftClock);
    }
    let progress = Progress::new(schedule.left())?;
    let run = Run { plan, programs, began: Instant::now(), progress: &progress };
    loop {
        let disk = if schedule.wants_small_disk() {
            match Disk::small() {
                Ok(disk) => disk,
                Err(error) => {
                    for fault in plan.faults.iter().copied().filter(|fault| fault.needs_small_disk()) {
                        report.left_out(fault, &format!("{error:#}"));
                    }
                    schedule.leave_out(Fault::needs_small_disk);
                    continue;
                }
            }
        } else {
            Disk::plain()?
        };
        let purchases = plan.purchases.saturating_sub(report.purchases());
        report.add(run.chapter(&mut schedule, purchases, disk, &mut rng).await?);
        let is_done = schedule.left() == 0 && report.purchases() >= plan.purchases;
        if is_done || run.is_out_of_time() || report.has_findings() {
            progress.finish();
            report.not_reached(plan);
            return Ok(report);
        }
    }
}

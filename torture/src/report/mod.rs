//! The result of a run: as text and as a page for people, as JSON for programs.

mod page;
mod timeline;

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::Serialize;

use crate::{
    chapter::Chapter,
    checker::{Finding, Summary},
    faults::Fault,
    plan::Plan,
};

use timeline::Timeline;

/// All of a run, chapters together.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct TortureReport {
    pub seed: u64,
    pub tallystick: &'static str,
    pub postgres: u32,
    pub clients: usize,
    pub chapters: usize,
    pub load_seconds: f64,
    pub rows_verified: u64,
    pub deadlocks: usize,
    pub faults: BTreeMap<Fault, Faults>,
    /// Faults that are impossible on this machine, and why.
    pub left_out: BTreeMap<Fault, String>,
    /// How often each fault was to be injected, and was not.
    pub not_reached: BTreeMap<Fault, usize>,
    pub checked: Summary,
    pub findings: Vec<Finding>,
    #[serde(skip)]
    timelines: Vec<Timeline>,
}

/// All faults of a kind.
#[derive(Debug, Default, Serialize)]
pub struct Faults {
    /// How many single faults.
    pub count: usize,
    /// How many times the kind was injected.
    pub cycles: usize,
    /// From the end of the fault to the next accepted purchase, in milliseconds, in order.
    pub recoveries_ms: Vec<f64>,
}

impl TortureReport {
    /// Of a run that has not begun.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        Self {
            seed: plan.seed,
            tallystick: env!("CARGO_PKG_VERSION"),
            postgres: 0,
            clients: plan.clients,
            chapters: 0,
            load_seconds: 0.0,
            rows_verified: 0,
            deadlocks: 0,
            faults: BTreeMap::new(),
            left_out: BTreeMap::new(),
            not_reached: BTreeMap::new(),
            checked: Summary::default(),
            findings: Vec::new(),
            timelines: Vec::new(),
        }
    }

    /// The report as a page.
    #[must_use]
    pub fn page(&self) -> String {
        page::page(self)
    }

    /// How many purchases were decided.
    #[must_use]
    pub fn purchases(&self) -> u64 {
        self.checked.purchases_accepted + self.checked.refused_for_stock + self.checked.refused_for_credit
    }

    /// Whether anything cannot be true.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        !self.findings.is_empty()
    }

    pub(crate) fn left_out(&mut self, fault: Fault, why: &str) {
        self.left_out.insert(fault, why.to_owned());
    }

    pub(crate) fn not_reached(&mut self, plan: &Plan) {
        for fault in plan.faults.iter().filter(|fault| !self.left_out.contains_key(fault)) {
            let done = self.faults.get(fault).map_or(0, |faults| faults.cycles);
            if done < plan.cycles {
                self.not_reached.insert(*fault, plan.cycles - done);
            }
        }
    }

    pub(crate) fn add(&mut self, chapter: Chapter) {
        self.chapters += 1;
        self.postgres = chapter.postgres;
        self.load_seconds += chapter.load.as_secs_f64();
        self.rows_verified += chapter.rows_verified;
        self.deadlocks += chapter.deadlocks;
        self.timelines.push(Timeline::of(&chapter.history, &chapter.faults));
        for (fault, mark) in chapter.faults {
            let faults = self.faults.entry(fault).or_default();
            faults.count += mark.count;
            faults.cycles += 1;
            faults.recoveries_ms.push(mark.recovery.as_secs_f64() * 1_000.0);
        }
        for faults in self.faults.values_mut() {
            faults.recoveries_ms.sort_by(f64::total_cmp);
        }
        self.checked.add(&chapter.summary);
        self.findings.extend(chapter.findings);
    }
}

impl fmt::Display for TortureReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let load = Duration::from_secs_f64(self.load_seconds);
        writeln!(out, "seed {}, tallystick {}, PostgreSQL {}", self.seed, self.tallystick, self.postgres)?;
        writeln!(out, "{} chapters, {} clients, {:.0} s of load", self.chapters, self.clients, load.as_secs_f64())?;
        writeln!(
            out,
            "\n{:<16} {:>7} {:>7}   recovery in ms: median / most, until both servers accepted what was sent after it",
            "fault", "cycles", "faults"
        )?;
        for (fault, faults) in &self.faults {
            let most = faults.recoveries_ms.last().copied().unwrap_or_default();
            let median = faults.recoveries_ms.get(faults.recoveries_ms.len() / 2).copied().unwrap_or_default();
            let name = fault.to_string();
            writeln!(out, "{name:<16} {:>7} {:>7}   {median:>8.0} / {most:.0}", faults.cycles, faults.count)?;
        }
        for (fault, why) in &self.left_out {
            writeln!(out, "{fault}: NOT DONE: {why}")?;
        }
        for (fault, count) in &self.not_reached {
            writeln!(out, "{fault}: {count} more were planned, and not reached in time")?;
        }
        writeln!(out, "\n{}", self.checked)?;
        writeln!(
            out,
            "verify looked at {} rows; {} deadlocks in PostgreSQL's log",
            self.rows_verified, self.deadlocks
        )?;
        if self.findings.is_empty() {
            return writeln!(out, "nothing was found");
        }
        writeln!(out, "\n{} FINDINGS", self.findings.len())?;
        self.findings.iter().try_for_each(|finding| writeln!(out, "{finding}"))
    }
}

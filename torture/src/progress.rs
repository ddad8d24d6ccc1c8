//! How far the run is, on standard error; standard output is for the report.

use std::{io::IsTerminal, sync::atomic::Ordering::Relaxed, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{clients::traffic::Traffic, faults::Fault};

/// A progress bar of the faults. If standard error is not a terminal, each fault is printed as a line instead.
pub struct Progress {
    bar: ProgressBar,
    is_drawn: bool,
}

impl Progress {
    /// A bar of so many faults.
    pub fn new(faults: usize) -> anyhow::Result<Self> {
        let bar = ProgressBar::new(faults as u64);
        bar.set_style(ProgressStyle::with_template("{elapsed_precise} {bar:30} {pos}/{len} {msg}")?);
        let is_drawn = std::io::stderr().is_terminal();
        if is_drawn {
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        Ok(Self { bar, is_drawn })
    }

    /// A fault is about to be injected.
    pub fn fault(&self, fault: Fault, traffic: &Traffic) {
        self.bar.inc(1);
        self.say(&format!("{fault:<14} {}", state(traffic)));
    }

    /// Load without faults.
    pub fn load(&self, traffic: &Traffic) {
        self.bar.set_message(state(traffic));
    }

    /// Prints a line.
    pub fn say(&self, text: &str) {
        if self.is_drawn {
            self.bar.set_message(text.to_owned());
        } else {
            eprintln!("{:>7.1} s  {:>4}  {text}", self.bar.elapsed().as_secs_f64(), self.bar.position());
        }
    }

    /// Everything is done.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn state(traffic: &Traffic) -> String {
    let counts = &traffic.counts;
    format!(
        "{} requests, {} purchases accepted, {} refused, {} answers unknown",
        counts.requests.load(Relaxed),
        counts.accepted.load(Relaxed),
        counts.refused.load(Relaxed),
        counts.unknown.load(Relaxed)
    )
}

//! How far the run is, on standard error; standard output is for the result.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of the steps of a run. Where nobody looks, nothing is shown.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar of so many steps.
    pub fn new(steps: u64) -> anyhow::Result<Self> {
        let bar = ProgressBar::new(steps);
        bar.set_style(ProgressStyle::with_template("{elapsed_precise} {bar:30} {pos}/{len} {msg}")?);
        bar.enable_steady_tick(Duration::from_millis(250));
        Ok(Self(bar))
    }

    /// The next step begins.
    pub fn step(&self, name: String) {
        self.0.inc(1);
        self.0.set_message(name);
    }

    /// Everything is done.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

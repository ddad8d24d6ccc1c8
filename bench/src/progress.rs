//! How far the run is, on standard error; standard output is for the result.

use std::{io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// A progress bar. If standard error is not a terminal, each step is printed as a line instead.
pub struct Progress {
    bar: ProgressBar,
    is_drawn: bool,
}

impl Progress {
    /// A progress bar of so many steps.
    pub fn new(steps: u64) -> anyhow::Result<Self> {
        let bar = ProgressBar::new(steps);
        bar.set_style(ProgressStyle::with_template("{elapsed_precise} {bar:30} {pos}/{len} {msg}")?);
        let is_drawn = std::io::stderr().is_terminal();
        if is_drawn {
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        Ok(Self { bar, is_drawn })
    }

    /// The next step begins.
    pub fn step(&self, name: String) {
        if !self.is_drawn {
            eprintln!("{:>6.1} s  {name}", self.bar.elapsed().as_secs_f64());
        }
        self.bar.inc(1);
        self.bar.set_message(name);
    }

    /// Everything is done.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

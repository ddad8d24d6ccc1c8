//! The result of each mutant, for people and for programs.

use std::{fmt::Write as _, fs, time::Duration};

use anyhow::Context as _;
use serde::Serialize;
use tallystick_mutants::Mutant;

use crate::suite::root;

/// A mutant and its result.
#[derive(Debug, Serialize)]
pub struct Fate {
    pub mutant: String,
    pub breaks: String,
    pub verdict: Verdict,
    /// The tests of behaviour that failed.
    pub caught_by: Vec<String>,
    /// Whether the test of the catalogue's snapshot failed.
    pub snapshot: bool,
    pub seconds: f64,
}

/// The result of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The tests that its entry names failed.
    Caught,
    /// No test of behaviour can catch it, as its entry says. The test of the snapshot failed.
    CaughtBySnapshotOnly,
    /// A test that its entry names passed, and others failed: the entry is wrong.
    CaughtByOthers,
    /// Its SQL cannot be installed, so it shows nothing.
    NotInstallable,
    /// All tests passed: one is missing.
    Survived,
}

impl Fate {
    pub fn new(
        mutant: &Mutant,
        verdict: Verdict,
        caught_by: impl IntoIterator<Item = String>,
        snapshot: bool,
        took: Duration,
    ) -> Self {
        let (name, breaks) = (mutant.name.clone(), mutant.breaks.clone());
        let caught_by = caught_by.into_iter().collect();
        Self { mutant: name, breaks, verdict, caught_by, snapshot, seconds: took.as_secs_f64() }
    }

    /// The progress on a terminal: a line, and below it the tests.
    pub fn line(&self) -> String {
        let name = |test: &String| format!("\n        {}", test.rsplit("::").next().unwrap_or(test));
        let tests: String = self.caught_by.iter().map(name).collect();
        format!("{}: {}, {:.1} s{tests}", self.mutant, self.verdict.text(), self.seconds)
    }
}

impl Verdict {
    /// Whether the result is the one that the entry expects.
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Caught | Self::CaughtBySnapshotOnly)
    }

    /// In words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Caught => "caught",
            Self::CaughtBySnapshotOnly => "caught by the snapshot only",
            Self::CaughtByOthers => "CAUGHT, BUT NOT BY ALL THE TESTS IT NAMES",
            Self::NotInstallable => "CANNOT BE INSTALLED",
            Self::Survived => "SURVIVED",
        }
    }
}

/// Writes `target/mutants/report.md` and `.json`.
pub fn write(fates: &[Fate]) -> anyhow::Result<()> {
    let folder = root().join("target/mutants");
    let write = || {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("report.md"), markdown(fates))?;
        fs::write(folder.join("report.json"), serde_json::to_string_pretty(fates)? + "\n")
    };
    write().with_context(|| format!("cannot write to {}", folder.display()))
}

/// One line of figures.
pub fn summary(fates: &[Fate]) -> String {
    let count = |verdict| fates.iter().filter(|fate| fate.verdict == verdict).count();
    format!(
        "{} mutants: {} caught by behaviour, {} by the snapshot only, {} survived, {} entries wrong",
        fates.len(),
        count(Verdict::Caught),
        count(Verdict::CaughtBySnapshotOnly),
        count(Verdict::Survived),
        count(Verdict::CaughtByOthers) + count(Verdict::NotInstallable),
    )
}

fn markdown(fates: &[Fate]) -> String {
    let mut text = format!("# Mutants of the SQL\n\n{}.\n\n", summary(fates));
    text += "| mutant | the promise it breaks | verdict | tests of behaviour that went red | snapshot | s |\n";
    text += "| --- | --- | --- | --- | --- | --- |\n";
    for fate in fates {
        let snapshot = if fate.snapshot { "red" } else { "green" };
        let caught_by = fate.caught_by.iter().map(|test| format!("`{test}`")).collect::<Vec<_>>().join("<br>");
        let (mutant, breaks, verdict) = (&fate.mutant, &fate.breaks, fate.verdict.text());
        // Writing to a String cannot fail.
        _ = writeln!(text, "| `{mutant}` | {breaks} | {verdict} | {caught_by} | {snapshot} | {:.1} |", fate.seconds);
    }
    text
}

//! The test suite, as cargo built it: the names of its tests, and which of them fail.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, ensure};
use serde_json::Value;
use tallystick_mutants::VARIABLE;

/// Tests that are left out. Some fail under every mutant, because they demand the shipped SQL. Others install nothing, or
/// start a program of their own, so that no mutant reaches them.
const NOT_BEHAVIOUR: [&str; 4] = ["schema::snapshot::", "schema::shared_cluster::", "verify::", "cli::"];

/// How long tests may run: several times as long as the whole suite.
const PATIENCE: Duration = Duration::from_mins(20);

/// The test binary.
pub struct Suite {
    program: PathBuf,
    /// The full names of its tests.
    pub tests: Vec<String>,
}

/// The result of some tests.
#[derive(Default)]
pub struct Outcome {
    /// The tests that passed.
    pub green: BTreeSet<String>,
    /// Those that failed.
    pub red: BTreeSet<String>,
    /// Whether all of them ended.
    has_ended: bool,
}

impl Suite {
    /// Builds it as `cargo test` does.
    pub fn build() -> anyhow::Result<Self> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let arguments = ["test", "--locked", "--workspace", "--test", "suite", "--no-run", "--message-format=json"];
        let output = Command::new(cargo).args(arguments).current_dir(root()).stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "the test suite does not build");
        let is_it = |message: &Value| message["target"]["name"] == "suite" && message["executable"].is_string();
        let mut messages =
            output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        let message = messages.find(is_it).context("cargo does not say where the test suite is")?;
        let program = PathBuf::from(message["executable"].as_str().unwrap_or_default());

        let list = Command::new(&program).args(["--list", "--format", "terse"]).output()?;
        let tests = String::from_utf8(list.stdout)?;
        let tests = tests.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect();
        Ok(Self { program, tests })
    }

    /// Runs the tests of these names.
    pub fn run(&self, mutant: Option<&str>, tests: &BTreeSet<&str>) -> anyhow::Result<Outcome> {
        let arguments: Vec<&str> = ["--exact"].into_iter().chain(tests.iter().copied()).collect();
        let mut outcome = self.outcome(mutant, &arguments)?;
        let judged = outcome.green.len() + outcome.red.len();
        if outcome.has_ended {
            ensure!(judged == tests.len(), "{judged} of {} tests came to an end", tests.len());
        } else {
            let unjudged: Vec<_> = tests.iter().filter(|test| !outcome.green.contains(**test)).collect();
            outcome.red.extend(unjudged.into_iter().map(|test| (*test).to_owned()));
        }
        Ok(outcome)
    }

    /// Runs all tests of behaviour.
    pub fn run_all(&self, mutant: &str) -> anyhow::Result<Outcome> {
        self.outcome(Some(mutant), &NOT_BEHAVIOUR.map(|path| ["--skip", path]).concat())
    }

    fn outcome(&self, mutant: Option<&str>, arguments: &[&str]) -> anyhow::Result<Outcome> {
        let mut run = Command::new(&self.program);
        run.args(arguments).current_dir(root()).env(VARIABLE, mutant.unwrap_or_default());
        run.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = run.spawn().context("cannot run the test suite")?;
        let stdout = running.stdout.take();
        let reader = thread::spawn(move || stdout.map(io::read_to_string).transpose());
        let has_ended = ends(&mut running)?;
        let output = reader.join().map_err(|_| anyhow!("a reader panicked"))??.unwrap_or_default();

        let mut outcome = Outcome { has_ended, ..Outcome::default() };
        for line in output.lines() {
            let Some((test, verdict)) = line.strip_prefix("test ").and_then(|line| line.split_once(" ... ")) else {
                continue;
            };
            match verdict {
                "ok" => outcome.green.insert(test.to_owned()),
                "FAILED" => outcome.red.insert(test.to_owned()),
                _ => false,
            };
        }
        Ok(outcome)
    }
}

/// Whether the process ends by itself. A mutant may make a test wait for ever.
fn ends(running: &mut Child) -> io::Result<bool> {
    let began = Instant::now();
    while running.try_wait()?.is_none() {
        if began.elapsed() > PATIENCE {
            running.kill()?;
            running.wait()?;
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(true)
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

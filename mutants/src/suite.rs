//! The test suite, as cargo built it: what its tests are called, and which of them go red.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use tallystick_mutants::VARIABLE;

/// Tests that are red under every mutant because the database is not as shipped, whatever it does; and such as install
/// nothing or start a program of their own, which no mutant reaches.
const NOT_BEHAVIOUR: [&str; 4] = ["schema::snapshot::", "verify::", "cli::", "local_postgres::"];

/// The test binary.
pub struct Suite {
    program: PathBuf,
    /// The full names of its tests.
    pub tests: Vec<String>,
}

/// What came of running some tests.
#[derive(Default)]
pub struct Outcome {
    pub green: BTreeSet<String>,
    pub red: BTreeSet<String>,
}

impl Suite {
    /// Builds it as `cargo test` does.
    pub fn build() -> anyhow::Result<Self> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let build = ["test", "--locked", "--workspace", "--test", "suite", "--no-run", "--message-format=json"];
        let built = Command::new(cargo).args(build).current_dir(root()).stderr(Stdio::inherit()).output()?;
        ensure!(built.status.success(), "the test suite does not build");
        let is_it = |message: &Value| message["target"]["name"] == "suite" && message["executable"].is_string();
        let messages = built.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        let built: Value = messages.into_iter().find(is_it).context("cargo does not say where the test suite is")?;
        let program = PathBuf::from(built["executable"].as_str().unwrap_or_default());

        let listed = Command::new(&program).args(["--list", "--format", "terse"]).output()?;
        let listed = String::from_utf8(listed.stdout)?;
        let tests = listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect();
        Ok(Self { program, tests })
    }

    /// Runs the tests of these names.
    pub fn run(&self, mutant: Option<&str>, tests: &BTreeSet<&str>) -> anyhow::Result<Outcome> {
        let outcome = self.outcome(mutant, &[&["--exact"], &*Vec::from_iter(tests.iter().copied())].concat())?;
        let judged = outcome.green.len() + outcome.red.len();
        ensure!(judged == tests.len(), "{judged} of {} tests came to an end", tests.len());
        Ok(outcome)
    }

    /// Runs all tests of behaviour.
    pub fn run_all(&self, mutant: &str) -> anyhow::Result<Outcome> {
        self.outcome(Some(mutant), &NOT_BEHAVIOUR.map(|path| ["--skip", path]).concat())
    }

    fn outcome(&self, mutant: Option<&str>, arguments: &[&str]) -> anyhow::Result<Outcome> {
        let mut run = Command::new(&self.program);
        run.args(arguments).current_dir(root()).env(VARIABLE, mutant.unwrap_or_default()).stdin(Stdio::null());
        let output = run.output().context("cannot run the test suite")?;
        let mut outcome = Outcome::default();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Some((test, verdict)) = line.strip_prefix("test ").and_then(|line| line.split_once(" ... ")) else {
                continue;
            };
            match verdict {
                "ok" => outcome.green.insert(test.to_owned()),
                "FAILED" => outcome.red.insert(test.to_owned()),
                other => bail!("{test}: {other}"),
            };
        }
        Ok(outcome)
    }
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

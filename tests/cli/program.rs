//! Runs the program and keeps its output.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Output, Stdio},
    sync::mpsc,
    thread,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// An address that no machine here has. A server that should refuse to start, and does not, ends at it instead of serving.
pub const NO_ADDRESS: &str = "192.0.2.1:1";

/// The program with arguments, in an environment without settings of ours or of libpq. `TALLYSTICK_TEST_PROGRAM` names another build.
pub fn program(arguments: &[&str]) -> Command {
    let other = std::env::var_os("TALLYSTICK_TEST_PROGRAM");
    let mut command = Command::new(other.unwrap_or_else(|| env!("CARGO_BIN_EXE_tallystick").into()));
    command.args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let ours = name
            .to_str()
            .is_some_and(|name| name.starts_with("TALLYSTICK_") || name.starts_with("PG") || name == "DATABASE_URL");
        if ours && name != "TALLYSTICK_POSTGRES_BIN" {
            command.env_remove(name);
        }
    }
    command
}

/// The exit status and output of a run.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs to the end.
pub fn run(command: &mut Command) -> Ended {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: status.code(), out: text(stdout), err: text(stderr) }
}

impl Ended {
    /// Its standard output. Fails if it did not end as expected.
    #[track_caller]
    pub fn expect(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "out: {}\nerr: {}", self.out, self.err);
        self.out
    }

    /// Its standard error. Fails if it did not end as expected or printed data.
    #[track_caller]
    pub fn expect_complaint(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "out: {}\nerr: {}", self.out, self.err);
        assert_eq!(self.out, "");
        self.err
    }
}

/// A program that keeps running.
pub struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Running {
    /// Starts it. Its standard output is read as it comes; its standard error goes into the file `complaints`.
    pub fn start(command: &mut Command, complaints: &std::path::Path) -> Self {
        let file = std::fs::File::options().create(true).append(true).open(complaints).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(file).spawn().unwrap();
        let out: ChildStdout = child.stdout.take().unwrap();
        let (send, lines) = mpsc::channel();
        thread::spawn(move || BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, lines }
    }

    /// The lines up to and including the first that contains `text`. Fails if the program ends before.
    pub fn lines_until(&mut self, text: &str) -> Vec<String> {
        let mut read = Vec::new();
        while let Ok(line) = self.lines.recv() {
            let found = line.contains(text);
            read.push(line);
            if found {
                return read;
            }
        }
        panic!("it ended without saying {text:?}: {read:#?}");
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// The exit status; none if a signal ended it.
    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, as it should.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where a server listens, as its log says.
pub async fn address(log: &std::path::Path, running: &mut Running) -> std::net::SocketAddr {
    loop {
        let ended = running.has_ended();
        let text = tokio::fs::read_to_string(log).await.unwrap_or_default();
        let mut listening = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        if let Some(address) = listening.find_map(|line| line["address"].as_str().map(str::to_owned)) {
            return address.parse().unwrap();
        }
        assert!(!ended, "it ended: {text}");
        tokio::task::yield_now().await;
    }
}

/// Where a server that listens also listens for its operator, as its log says.
pub fn operator_address(log: &std::path::Path) -> std::net::SocketAddr {
    let text = std::fs::read_to_string(log).unwrap();
    let mut lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let address = lines.find_map(|line| line["operator_address"].as_str().map(str::to_owned));
    address.unwrap_or_else(|| panic!("no address for the operator: {text}")).parse().unwrap()
}

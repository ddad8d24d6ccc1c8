//! The postmaster as a child process: started, watched until it accepts connections, stopped.
//!
//! It is a child of the standard library and polled, not one of tokio's: those are bound to the runtime that started
//! them, and a value of ours may outlive it, as the tests' does. A child that nobody has waited for keeps its pid, so
//! the pid is ours to signal.

use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::sleep;

use super::POLL_INTERVAL;
use super::account::Account;
use super::find::Binaries;
use super::folder::Folder;
use super::log::Log;
use super::pid_file::PidFile;
use super::watchdog::Watchdog;
use super::{LocalPostgresError, Progress, Result, socket};

/// PostgreSQL's "fast shutdown": sessions end, everything is written down. A minute for the last checkpoint.
pub(super) const FAST: (Signal, Duration) = (Signal::SIGINT, Duration::from_mins(1));

/// PostgreSQL's "immediate shutdown": it recovers at the next start. PostgreSQL itself kills what is left after 5 s.
pub(super) const IMMEDIATE: (Signal, Duration) = (Signal::SIGQUIT, Duration::from_secs(15));

/// How often the end of a running PostgreSQL is looked for.
const EXIT_POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Recovery from a crash may take long, but not this long: PostgreSQL checkpoints every 5 minutes.
const START_LIMIT: Duration = Duration::from_mins(10);

/// How often a long start is reported.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// How long the sessions of a killed postmaster may take to notice its end.
const SESSIONS_LIMIT: Duration = Duration::from_secs(30);

/// Everything that a postmaster is started with.
pub(super) struct Start<'a> {
    pub folder: &'a Folder,
    pub binaries: &'a Binaries,
    pub account: &'a Account,
    pub socket_dir: &'a Path,
    pub settings: &'a [(String, String)],
}

/// A running postmaster. Dropping it stops it.
#[derive(Debug)]
pub(super) struct Postmaster {
    child: Child,
    log: Log,
    /// It did not stop when told to, so that the destructor need not wait for it again.
    is_given_up: bool,
}

impl Start<'_> {
    /// Starts the postmaster and waits until it accepts connections.
    pub async fn run(&self, mut watchdog: Option<&mut Watchdog>, progress: Progress<'_>) -> Result<Postmaster> {
        progress(&format!("starting PostgreSQL {}", self.binaries.major));
        let began = Instant::now();
        loop {
            let mut postmaster = self.spawn()?;
            if let Some(watchdog) = watchdog.as_deref_mut() {
                watchdog.watch(postmaster.pid())?;
            }
            match self.wait_until_ready(&mut postmaster, progress).await {
                Err(LocalPostgresError::StartFailed { tail, .. })
                    if has_sessions_left(&tail) && began.elapsed() < SESSIONS_LIMIT =>
                {
                    progress("waiting for the sessions of a killed PostgreSQL to end");
                    sleep(EXIT_POLL_INTERVAL).await;
                }
                Err(error) => return Err(error),
                Ok(()) => return Ok(postmaster),
            }
        }
    }

    fn spawn(&self) -> Result<Postmaster> {
        let (log, log_file) = Log::open(self.folder.log())?;
        let log_too = log_file.try_clone().map_err(LocalPostgresError::io("open the log", log.path()))?;
        let program = self.binaries.postgres();
        let mut command = self.account.command(&program);
        command.arg("-D").arg(self.folder.data());
        for (name, value) in self.settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        // Ours come last, because the last one counts and nothing works without them.
        command.args(["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"]);
        command.args(["-c", "logging_collector=off", "-c", "log_destination=stderr"]);
        command.arg("-c").arg(format!("port={}", socket::PORT));
        command.arg("-c").arg(socket::setting(self.socket_dir));
        // Ctrl-C in a terminal signals the whole process group. PostgreSQL gets one of its own, so that the server
        // can finish its requests before it stops PostgreSQL itself.
        command.process_group(0).stdout(log_file).stderr(log_too);
        let child = command.spawn().map_err(LocalPostgresError::io("run", &program))?;
        Ok(Postmaster { child, log, is_given_up: false })
    }

    /// PostgreSQL writes its status into `postmaster.pid`, as `pg_ctl` relies on too; then the socket must answer us.
    async fn wait_until_ready(&self, postmaster: &mut Postmaster, progress: Progress<'_>) -> Result<()> {
        let data = self.folder.data();
        let began = Instant::now();
        let mut reported = began;
        loop {
            if let Some(status) = postmaster.try_wait()? {
                return Err(LocalPostgresError::StartFailed {
                    status: status.to_string(),
                    log: postmaster.log.path().to_owned(),
                    tail: postmaster.log.tail(),
                });
            }
            if PidFile::read(&data)?.is_some_and(|file| file.pid == Some(postmaster.raw_pid()) && file.is_ready) {
                let path = socket::path(self.socket_dir);
                UnixStream::connect(&path).map_err(LocalPostgresError::io("connect to", &path))?;
                return Ok(());
            }
            if began.elapsed() > START_LIMIT {
                return Err(LocalPostgresError::StartTimedOut {
                    minutes: START_LIMIT.as_secs() / 60,
                    log: postmaster.log.path().to_owned(),
                    tail: postmaster.log.tail(),
                });
            }
            if reported.elapsed() > REPORT_INTERVAL {
                reported = Instant::now();
                let tail = postmaster.log.tail();
                let now = tail.lines().last().unwrap_or("it has not logged anything yet");
                progress(&format!("PostgreSQL is starting since {} s: {now}", began.elapsed().as_secs()));
            }
            sleep(POLL_INTERVAL).await;
        }
    }
}

impl Postmaster {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn raw_pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().map_err(LocalPostgresError::io("wait for PostgreSQL, logging to", self.log.path()))
    }

    /// Waits until the postmaster has ended.
    pub async fn exited(&mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            sleep(EXIT_POLL_INTERVAL).await;
        }
    }

    /// Stops the postmaster and waits until it has ended.
    pub async fn stop(&mut self) -> Result<()> {
        for (signal, patience) in [FAST, IMMEDIATE] {
            let asked_at = Instant::now();
            self.signal(signal)?;
            while asked_at.elapsed() < patience {
                if self.try_wait()?.is_some() {
                    return Ok(());
                }
                sleep(POLL_INTERVAL).await;
            }
        }
        self.is_given_up = true;
        Err(LocalPostgresError::DoesNotStop { pid: self.raw_pid() })
    }

    /// The same for the destructor, which can neither wait asynchronously nor report anything.
    fn stop_blocking(&mut self) {
        for (signal, patience) in [FAST, IMMEDIATE] {
            let asked_at = Instant::now();
            if self.signal(signal).is_err() {
                return;
            }
            while asked_at.elapsed() < patience {
                if !matches!(self.try_wait(), Ok(None)) {
                    return;
                }
                thread::sleep(POLL_INTERVAL);
            }
        }
    }

    /// Signals the child, unless it has been waited for: then its pid may be another's by now.
    fn signal(&mut self, signal: Signal) -> Result<()> {
        if self.try_wait()?.is_none() {
            // The child exists until it is waited for, so this cannot fail for want of a process.
            let _ = kill(Pid::from_raw(self.raw_pid()), signal);
        }
        Ok(())
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        if !self.is_given_up {
            self.stop_blocking();
        }
    }
}

/// Whether PostgreSQL refused to start because processes of an earlier postmaster still use the data. They end by
/// themselves as soon as they notice that it is gone; killing them is not for us, since we cannot prove whose they are.
fn has_sessions_left(log_tail: &str) -> bool {
    log_tail.contains("pre-existing shared memory block")
}

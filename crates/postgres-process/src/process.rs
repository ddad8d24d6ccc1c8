//! The postmaster as a child process: it is started, watched until it accepts connections, and stopped.
//!
//! The child belongs to the standard library and is polled. A child of tokio's is bound to the runtime that started it,
//! and a [`Postmaster`] may outlive that runtime. A child that nobody has waited for keeps its process id, so no other
//! process can get a signal that is meant for it.

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

/// PostgreSQL's "fast shutdown": it ends the sessions and writes a checkpoint, which may take a minute.
pub(super) const FAST: (Signal, Duration) = (Signal::SIGINT, Duration::from_mins(1));

/// PostgreSQL's "immediate shutdown": the next start recovers. PostgreSQL kills its remaining processes after 5 s.
pub(super) const IMMEDIATE: (Signal, Duration) = (Signal::SIGQUIT, Duration::from_secs(15));

/// How often to check whether a running PostgreSQL has ended.
const EXIT_POLL_INTERVAL: Duration = Duration::from_millis(200);

/// The longest start. Recovery from a crash takes less: the log since the last checkpoint is at most a few gigabytes.
const START_LIMIT: Duration = Duration::from_mins(10);

/// How often to report that a start is still under way.
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
    /// Whether it did not stop when it was told to. Then the destructor does not wait for it again.
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
        // These come last, because the last one counts and nothing works without them.
        command.args(["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"]);
        command.args(["-c", "logging_collector=off", "-c", "log_destination=stderr"]);
        command.arg("-c").arg(format!("port={}", socket::PORT));
        command.arg("-c").arg(socket::setting(self.socket_dir));
        // Ctrl-C in a terminal signals the whole process group. PostgreSQL gets a group of its own, so that the caller can
        // finish its work before it stops PostgreSQL.
        command.process_group(0).stdout(log_file).stderr(log_too);
        let child = command.spawn().map_err(LocalPostgresError::io("run", &program))?;
        Ok(Postmaster { child, log, is_given_up: false })
    }

    /// Waits until PostgreSQL writes into `postmaster.pid` that it is ready, as `pg_ctl` does, and its socket answers.
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

    /// As [`stop`](Self::stop), for the destructor: it can neither wait asynchronously nor report an error.
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

    /// Signals the child, unless it has been waited for. After that, another process may have its process id.
    fn signal(&mut self, signal: Signal) -> Result<()> {
        if self.try_wait()?.is_none() {
            // The child exists until it is waited for, so this cannot fail for lack of a process.
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

/// Whether PostgreSQL refused to start because processes of an earlier postmaster still use the data.
///
/// They end by themselves as soon as they notice that their postmaster is gone. Nothing proves whose they are, so they are
/// not killed.
fn has_sessions_left(log_tail: &str) -> bool {
    log_tail.contains("pre-existing shared memory block")
}

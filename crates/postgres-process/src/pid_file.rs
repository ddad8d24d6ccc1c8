//! Reads `postmaster.pid`, and judges whether the process that it names is really this folder's postmaster.
//!
//! The process id alone proves nothing: after a crash, or in a restarted container, another process may have it. Do not
//! send a signal because of the number alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::{LocalPostgresError, Result};

/// The parts of `postmaster.pid` that matter here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PidFile {
    /// The process; `None` if the file does not say, because it is just being written or a crash cut it off.
    pub pid: Option<i32>,
    /// Whether it is a postmaster, and not a single-user server (`postgres --single`).
    pub is_postmaster: bool,
    /// Whether the postmaster has written that it accepts connections.
    pub is_ready: bool,
}

impl PidFile {
    /// Where it lies.
    pub fn path(data: &Path) -> PathBuf {
        data.join("postmaster.pid")
    }

    /// Reads it; `None` if there is none.
    pub fn read(data: &Path) -> Result<Option<Self>> {
        let path = Self::path(data);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(Self::parse(&text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LocalPostgresError::io("read", &path)(error)),
        }
    }

    /// Line 1 is the pid, negative for a single-user server; line 8 is the status.
    fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default().trim();
        let digits = first.strip_prefix('-').unwrap_or(first);
        let pid = digits.parse().ok().filter(|pid| *pid > 0);
        let is_ready = lines.nth(6).is_some_and(|status| status.trim() == "ready");
        Self { pid, is_postmaster: pid.is_some() && digits == first, is_ready }
    }
}

/// What a process is to a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The postmaster that runs on it.
    Postmaster,
    /// Another program, or no process at all.
    Unrelated,
    /// A PostgreSQL of the same user, and nothing shows which data directory it runs on.
    Unclear,
}

/// Judges the process `pid`; `data` is the absolute path of the data directory, free of links.
#[cfg(target_os = "linux")]
pub(super) fn judge(pid: i32, data: &Path, account: &Account) -> Verdict {
    use std::os::unix::fs::MetadataExt;

    let process = PathBuf::from(format!("/proc/{pid}"));
    let Ok(found) = process.metadata() else { return Verdict::Unrelated };
    let Ok(command_line) = fs::read(process.join("cmdline")) else { return Verdict::Unrelated };
    let arguments: Vec<&[u8]> = command_line.split(|byte| *byte == 0).collect();
    if found.uid() != account.uid || !is_postmaster(arguments.first().copied().unwrap_or_default()) {
        return Verdict::Unrelated;
    }
    // A postmaster's working directory is its data directory. In a container even root may not be allowed to see it.
    if let Ok(working_dir) = fs::read_link(process.join("cwd")) {
        return if working_dir == data { Verdict::Postmaster } else { Verdict::Unrelated };
    }
    let data = data.as_os_str().as_encoded_bytes();
    if arguments.windows(2).any(|pair| pair == [b"-D".as_slice(), data]) {
        Verdict::Postmaster
    } else {
        Verdict::Unclear
    }
}

/// Judges the process `pid`; `data` is the absolute path of the data directory, free of links.
#[cfg(not(target_os = "linux"))]
pub(super) fn judge(pid: i32, data: &Path, account: &Account) -> Verdict {
    let ask = |what: &str| {
        let output = account.command(Path::new("/bin/ps")).args(["-ww", "-o", what, "-p", &pid.to_string()]).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    };
    let command_line = ask("args=");
    let program = command_line.split(" -D ").next().unwrap_or_default();
    if ask("uid=") != account.uid.to_string() || !is_postmaster(program.as_bytes()) {
        return Verdict::Unrelated;
    }
    if command_line.contains(&format!(" -D {} ", data.display())) { Verdict::Postmaster } else { Verdict::Unclear }
}

/// Whether a process of that name can be a postmaster. Its children call themselves `postgres: checkpointer` and such.
fn is_postmaster(program: &[u8]) -> bool {
    let name = program.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    name == b"postgres" || name == b"postmaster"
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: &str = "4711\n/data\n1700000000\n5432\n/data/socket\n\n  1234  5\nready   \n";

    #[test]
    fn the_pid_and_the_status_are_read_where_postgresql_writes_them() {
        assert_eq!(PidFile::parse(READY), PidFile { pid: Some(4711), is_postmaster: true, is_ready: true });
        assert!(!PidFile::parse(&READY.replace("ready", "starting")).is_ready);
        assert!(!PidFile::parse("4711\n/data\n").is_ready);
    }

    #[test]
    fn a_single_user_server_is_no_postmaster() {
        assert_eq!(PidFile::parse("-4711\n/data\n"), PidFile { pid: Some(4711), ..PidFile::default() });
    }

    #[test]
    fn a_pid_that_would_signal_a_whole_process_group_is_no_pid() {
        for text in ["", "\n", "0\n", "-0\n", "--1\n", "x\n", "99999999999\n"] {
            assert_eq!(PidFile::parse(text), PidFile::default(), "{text:?}");
        }
    }
}

//! What can go wrong when a PostgreSQL is started or stopped. Each message says what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use super::Program;

/// Why the local PostgreSQL could not be started or stopped. It is meant for the operator: it names paths and accounts.
#[derive(Debug, thiserror::Error)]
pub enum LocalPostgresError {
    /// No usable binaries.
    #[error(
        "found no PostgreSQL {} to {} on this machine{}\n{}",
        .program.majors.start(), .program.majors.end(), list(.seen), .program.advice_if_missing
    )]
    NotFound {
        /// The program that needs one.
        program: Box<Program>,
        /// What was found and why it does not do, one line each.
        seen: Vec<String>,
    },
    /// The folder that was named does not hold a usable PostgreSQL.
    #[error("{} cannot be used as PostgreSQL's binaries: {why}", .dir.display())]
    UnusableBinaries {
        /// The folder.
        dir: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The data is of one major version, and every PostgreSQL found is of another.
    #[error(
        "{} was made by PostgreSQL {data}, which was not found here{}\n\
         Install PostgreSQL {data}, or name its folder in {bin_dir_setting}, or use another data folder. \
         PostgreSQL's pg_upgrade can move the data to a newer version",
        .folder.display(), list(.seen)
    )]
    OtherVersion {
        /// The setting that names the folder of the binaries.
        bin_dir_setting: &'static str,
        /// The data folder.
        folder: PathBuf,
        /// The major version of the data.
        data: u32,
        /// What was found instead, one line each.
        seen: Vec<String>,
    },
    /// This process is root, and the machine has no other account for PostgreSQL.
    #[error(
        "PostgreSQL does not run as root, and this machine has neither an account `postgres` nor `nobody`\n\
         Make one (`useradd --system postgres`), or run {program} as another user"
    )]
    NoAccount {
        /// The program that starts PostgreSQL.
        program: &'static str,
    },
    /// This process's user id has no name, and PostgreSQL insists on one.
    #[error(
        "user id {uid} has no entry in /etc/passwd, and PostgreSQL does not run without one\n\
         Add one, or run as a user who has one"
    )]
    NamelessUser {
        /// The user id.
        uid: u32,
    },
    /// The data belongs to another user, and this process is not root.
    #[error(
        "{} belongs to {owner}, and {program} runs as {us}\n\
         Run it as {owner} or as root, or use another data folder",
        .path.display()
    )]
    OtherOwner {
        /// The program that starts PostgreSQL.
        program: &'static str,
        /// What belongs to another.
        path: PathBuf,
        /// Who owns it.
        owner: String,
        /// The user that this process runs as.
        us: String,
    },
    /// A parent folder is closed to the account that PostgreSQL runs as.
    #[error(
        "PostgreSQL runs as the account `{account}`, which may not enter {}, and so cannot reach {}\n\
         Open it (`chmod o+x {}`), or use a folder elsewhere, for example under /var/lib",
        .closed.display(), .target.display(), .closed.display()
    )]
    Unreachable {
        /// The account PostgreSQL runs as.
        account: String,
        /// The folder that is closed to it.
        closed: PathBuf,
        /// The folder that it needs to reach.
        target: PathBuf,
    },
    /// The data folder holds something that this crate did not make and does not understand.
    #[error("{} {why}\nUse another data folder, or move this away", .path.display())]
    Unrecognised {
        /// What is in the way.
        path: PathBuf,
        /// Why it is not usable.
        why: String,
    },
    /// The folder has no database.
    #[error("{} holds no database\nName the data folder of the server", .folder.display())]
    NoDatabase {
        /// The folder.
        folder: PathBuf,
    },
    /// Another process runs this folder.
    #[error(
        "{program} is already running on {} (pid {pid})\n\
         Stop it first (`kill {pid}`), or use another data folder",
        .folder.display()
    )]
    AlreadyRunning {
        /// The program that starts PostgreSQL.
        program: &'static str,
        /// The data folder.
        folder: PathBuf,
        /// The process that holds it, as it wrote it down.
        pid: String,
    },
    /// `initdb` failed.
    #[error("initdb could not create a database ({status}):\n{output}")]
    InitdbFailed {
        /// How it ended.
        status: String,
        /// What it said.
        output: String,
    },
    /// PostgreSQL ended instead of accepting connections.
    #[error("PostgreSQL did not start ({status}); {} ends with:\n{tail}", .log.display())]
    StartFailed {
        /// How it ended.
        status: String,
        /// Its log.
        log: PathBuf,
        /// The last lines that this start wrote to the log.
        tail: String,
    },
    /// PostgreSQL runs, but does not accept connections.
    #[error("PostgreSQL did not accept connections within {minutes} minutes; {} ends with:\n{tail}", .log.display())]
    StartTimedOut {
        /// How long it was waited for.
        minutes: u64,
        /// Its log.
        log: PathBuf,
        /// The last lines that this start wrote to the log.
        tail: String,
    },
    /// A process may be using the data. It gets no signal, because nothing proves that it is this folder's postmaster.
    #[error(
        "process {pid} may be a PostgreSQL that runs on {}, but this cannot be verified\n\
         Stop it if it is; if it is not, remove postmaster.pid from that folder",
        .folder.display()
    )]
    LeftoverUnclear {
        /// The process.
        pid: i32,
        /// PostgreSQL's data directory.
        folder: PathBuf,
    },
    /// PostgreSQL ignores the signals that tell it to stop.
    #[error("PostgreSQL (pid {pid}) does not stop, not even on an immediate shutdown\nLook at it before killing it")]
    DoesNotStop {
        /// The postmaster.
        pid: i32,
    },
    /// The short folder for the socket belongs to somebody else.
    #[error(
        "{} is needed for PostgreSQL's socket, but is not a folder of {account}'s\n\
         Remove it, or use a data folder with a shorter path",
        .path.display()
    )]
    SocketFolderTaken {
        /// The folder.
        path: PathBuf,
        /// The account PostgreSQL runs as.
        account: String,
    },
    /// The operating system refused something.
    #[error("cannot {doing} {}: {source}", .path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl LocalPostgresError {
    /// For `map_err`: says what was being done to which path.
    pub(super) fn io<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}

/// The candidates that were examined, as lines of a message.
fn list(candidates: &[String]) -> String {
    candidates.iter().fold(String::new(), |lines, candidate| lines + "\n  " + candidate)
}

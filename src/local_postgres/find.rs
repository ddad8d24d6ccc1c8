//! Finds PostgreSQL's binaries: the folder that was named, else `PATH`, else where the packagers of the world put them.
//!
//! Existing data decides the version. For new data, `PATH` comes first, because it is the operator's choice; then the
//! newest version.

use std::env;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::account::Account;
use super::folder::Folder;
use super::{LocalPostgresError, Result, SUPPORTED_MAJORS};

/// Where each major version lies, `{}` being its number. `scripts/get-postgresql` looks at the same places.
const PLACES: [&str; 10] = [
    "/usr/lib/postgresql/{}/bin",          // Debian, Ubuntu
    "/usr/pgsql-{}/bin",                   // the PostgreSQL project's RPMs
    "/usr/lib/postgresql{}/bin",           // SUSE
    "/usr/lib64/postgresql-{}/bin",        // Gentoo
    "/usr/libexec/postgresql{}",           // Alpine
    "/opt/homebrew/opt/postgresql@{}/bin", // Homebrew on Apple silicon
    "/usr/local/opt/postgresql@{}/bin",    // Homebrew on Intel
    "/home/linuxbrew/.linuxbrew/opt/postgresql@{}/bin",
    "/opt/local/lib/postgresql{}/bin", // MacPorts
    "/Applications/Postgres.app/Contents/Versions/{}/bin",
];

/// Built from source, without a version in the path.
const FROM_SOURCE: &str = "/usr/local/pgsql/bin";

/// A folder with `postgres` and `initdb` of a supported version that the account can run.
#[derive(Debug)]
pub(super) struct Binaries {
    pub dir: PathBuf,
    pub major: u32,
}

impl Binaries {
    pub fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    pub fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }
}

/// Finds the binaries for data of version `data` (`None`: there is no data yet).
pub(super) async fn find(
    named: Option<&Path>,
    data: Option<u32>,
    folder: &Folder,
    account: &Account,
) -> Result<Binaries> {
    let candidates = match named {
        Some(dir) => {
            let dir = dir.canonicalize().map_err(LocalPostgresError::io("open", dir))?;
            if let Err(why) = probe(&dir, account).await {
                return Err(LocalPostgresError::UnusableBinaries { dir, why });
            }
            vec![dir]
        }
        None => candidates(),
    };
    choose(candidates, data, account).await.map_err(|seen| match data {
        Some(data) => LocalPostgresError::OtherVersion { folder: folder.data(), data, seen },
        None => LocalPostgresError::NotFound { seen },
    })
}

/// The first candidate that fits the data, or else what was seen instead, one line each.
async fn choose(
    candidates: Vec<PathBuf>,
    data: Option<u32>,
    account: &Account,
) -> std::result::Result<Binaries, Vec<String>> {
    let mut seen = Vec::new();
    for dir in candidates {
        match probe(&dir, account).await {
            Ok(major) if data.is_none_or(|data| data == major) => return Ok(Binaries { dir, major }),
            Ok(major) => seen.push(format!("{}: PostgreSQL {major}", dir.display())),
            Err(why) => seen.push(format!("{}: {why}", dir.display())),
        }
    }
    Err(seen)
}

/// Every folder that holds both programs, links resolved, without repetition.
fn candidates() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // A program in PATH may be a link into the real folder, and `initdb` looks for its sisters there.
    let on_path = env::split_paths(&path)
        .filter_map(|dir| dir.join("postgres").canonicalize().ok())
        .filter_map(|program| program.parent().map(Path::to_owned));
    let newest_first = SUPPORTED_MAJORS
        .rev()
        .flat_map(|major| PLACES.map(|place| PathBuf::from(place.replace("{}", &major.to_string()))))
        .chain([PathBuf::from(FROM_SOURCE)])
        .filter_map(|dir| dir.canonicalize().ok());
    let mut found = Vec::new();
    for dir in on_path.chain(newest_first) {
        let is_complete = dir.join("postgres").is_file() && dir.join("initdb").is_file();
        if is_complete && !found.contains(&dir) {
            found.push(dir);
        }
    }
    found
}

/// The major version of the PostgreSQL in `dir`, or why it cannot be used. Runs it as the account, so that a folder
/// that is closed to the account is found out here.
async fn probe(dir: &Path, account: &Account) -> std::result::Result<u32, String> {
    for name in ["postgres", "initdb"] {
        if !dir.join(name).is_file() {
            return Err(format!("it holds no `{name}`"));
        }
    }
    account.check_reaches(dir).map_err(|error| error.to_string())?;
    let mut command = Command::from(account.command(&dir.join("postgres")));
    let output =
        command.arg("--version").output().await.map_err(|error| format!("`postgres` does not run: {error}"))?;
    let major = major_version(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| {
        let said = String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr });
        format!("`postgres --version` says: {}", said.trim())
    })?;
    if SUPPORTED_MAJORS.contains(&major) {
        Ok(major)
    } else {
        let (oldest, newest) = (SUPPORTED_MAJORS.start(), SUPPORTED_MAJORS.end());
        Err(format!("it is PostgreSQL {major}, and tallystick needs {oldest} to {newest}"))
    }
}

/// Reads `postgres (PostgreSQL) 18.1 (Debian 18.1-1)`, and `18beta1` likewise.
fn major_version(text: &str) -> Option<u32> {
    let version = text.split("(PostgreSQL) ").nth(1)?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::Stdio;

    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_packagers_make_of_it() {
        assert_eq!(major_version("postgres (PostgreSQL) 18.1 (Debian 18.1-1.pgdg120+1)\n"), Some(18));
        assert_eq!(major_version("postgres (PostgreSQL) 15.14\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_version("postgres (PostgreSQL)\n"), None);
        assert_eq!(major_version("BusyBox\n"), None);
    }

    #[tokio::test]
    async fn existing_data_decides_the_version_and_new_data_takes_the_first_that_works() {
        let root = Path::new("/tmp").join(format!("tallystick-find-{}", uuid::Uuid::now_v7().simple()));
        let candidates: Vec<PathBuf> = ["14.9", "16.4", "17.2"].map(|version| fake(&root, version)).into();
        let account = Account::choose(None).unwrap();

        let for_new_data = choose(candidates.clone(), None, &account).await.unwrap();
        let for_data_of_17 = choose(candidates.clone(), Some(17), &account).await.unwrap();
        let for_data_of_18 = choose(candidates, Some(18), &account).await.unwrap_err();
        std::fs::remove_dir_all(&root).unwrap();

        assert_eq!((for_new_data.major, for_new_data.dir), (16, root.join("16.4")));
        assert_eq!((for_data_of_17.major, for_data_of_17.dir), (17, root.join("17.2")));
        assert_eq!(for_data_of_18.len(), 3, "each candidate is accounted for: {for_data_of_18:?}");
    }

    /// A folder of programs that only know their version. Another process writes them: a child that a parallel test
    /// is just forking would have our file open for writing, and the kernel does not run such a file.
    fn fake(root: &Path, version: &str) -> PathBuf {
        let dir = root.join(version);
        for name in ["postgres", "initdb"] {
            let mut install = std::process::Command::new("install");
            install.args(["-D", "-m", "755", "/dev/stdin"]).arg(dir.join(name)).stdin(Stdio::piped());
            let mut child = install.spawn().unwrap();
            writeln!(child.stdin.take().unwrap(), "#!/bin/sh\necho 'postgres (PostgreSQL) {version}'").unwrap();
            assert!(child.wait().unwrap().success());
        }
        dir
    }
}

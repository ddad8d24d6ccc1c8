//! Finds PostgreSQL's binaries: in the folder that the caller names, else in `PATH`, else where packages install them.
//!
//! Existing data decides the version. For new data `PATH` comes first, because the operator chose it; then the newest
//! version.

use std::env;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::account::Account;
use super::folder::Folder;
use super::{LocalPostgresError, Program, Result};

/// Where packages install a major version; `{}` stands for its number.
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
            if let Err(why) = probe(&dir, folder.program(), account).await {
                return Err(LocalPostgresError::UnusableBinaries { dir, why });
            }
            vec![dir]
        }
        None => candidates(folder.program()),
    };
    let program = folder.program();
    choose(candidates, data, program, account).await.map_err(|seen| match data {
        Some(data) => LocalPostgresError::OtherVersion {
            bin_dir_setting: program.bin_dir_setting,
            folder: folder.data(),
            data,
            seen,
        },
        None => LocalPostgresError::NotFound { program: Box::new(program.clone()), seen },
    })
}

/// The first candidate that fits the data; or else what each candidate is, one line each.
async fn choose(
    candidates: Vec<PathBuf>,
    data: Option<u32>,
    program: &Program,
    account: &Account,
) -> std::result::Result<Binaries, Vec<String>> {
    let mut seen = Vec::new();
    for dir in candidates {
        match probe(&dir, program, account).await {
            Ok(major) if data.is_none_or(|data| data == major) => return Ok(Binaries { dir, major }),
            Ok(major) => seen.push(format!("{}: PostgreSQL {major}", dir.display())),
            Err(why) => seen.push(format!("{}: {why}", dir.display())),
        }
    }
    Err(seen)
}

/// Every folder that holds both programs, links resolved, without repetition.
fn candidates(program: &Program) -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // A program in PATH may be a link into the real folder, where `initdb` looks for the other programs.
    let on_path = env::split_paths(&path)
        .filter_map(|dir| dir.join("postgres").canonicalize().ok())
        .filter_map(|program| program.parent().map(Path::to_owned));
    let newest_first = program
        .majors
        .clone()
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

/// The major version of the PostgreSQL in `dir`, or why it cannot be used. It runs `postgres` as the account, and so
/// notices a folder that is closed to the account.
async fn probe(dir: &Path, program: &Program, account: &Account) -> std::result::Result<u32, String> {
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
    if program.majors.contains(&major) {
        Ok(major)
    } else {
        let (oldest, newest) = (program.majors.start(), program.majors.end());
        Err(format!("it is PostgreSQL {major}, and {} needs {oldest} to {newest}", program.name))
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
        let root = Path::new("/tmp").join(format!("postgres-process-find-{}", uuid::Uuid::now_v7().simple()));
        let candidates: Vec<PathBuf> = ["14.9", "16.4", "17.2"].map(|version| fake(&root, version)).into();
        let program = Program { name: "shop", majors: 15..=18, bin_dir_setting: "SHOP_BIN", advice_if_missing: "" };
        let account = Account::choose(&program, None).unwrap();

        let for_new_data = choose(candidates.clone(), None, &program, &account).await.unwrap();
        let for_data_of_17 = choose(candidates.clone(), Some(17), &program, &account).await.unwrap();
        let for_data_of_18 = choose(candidates, Some(18), &program, &account).await.unwrap_err();
        std::fs::remove_dir_all(&root).unwrap();

        assert_eq!((for_new_data.major, for_new_data.dir), (16, root.join("16.4")));
        assert_eq!((for_data_of_17.major, for_data_of_17.dir), (17, root.join("17.2")));
        assert_eq!(for_data_of_18.len(), 3, "each candidate is accounted for: {for_data_of_18:?}");
    }

    /// A folder of programs that only know their version. Another process writes them: the kernel does not run a file
    /// that is open for writing, and a child that a parallel test has just forked may still hold this process's files.
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

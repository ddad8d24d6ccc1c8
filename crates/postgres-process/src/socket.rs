//! Where the Unix socket lies, and the URL that leads to it.

use std::fmt::Write;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use sha2::{Digest, Sha256};

use super::account::Account;
use super::folder::{Folder, make_private};
use super::{LocalPostgresError, Result};

/// A part of the socket's name only: nothing listens on TCP. Each data folder has its own socket folder, so two
/// servers can use the same number.
pub(super) const PORT: u16 = 5432;

/// The longest path of a socket in bytes: 107 on Linux, 103 on macOS and the BSDs.
const LONGEST_PATH: usize = 103;

/// The folder of the socket, ready for use. Dropping this removes the folder.
#[derive(Debug)]
pub(super) struct SocketDir(PathBuf);

impl SocketDir {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SocketDir {
    fn drop(&mut self) {
        // PostgreSQL leaves the folder empty. If it does not, the next start uses the folder again.
        let _ = fs::remove_dir(&self.0);
    }
}

/// The folder for the socket: in the data folder, or a short one under `/tmp` if that path would be too long. The short
/// name is computed from the data folder's path, so after a crash the next start finds the same folder.
pub(super) fn place(folder: &Folder) -> PathBuf {
    let inside = folder.socket();
    if path(&inside).as_os_str().len() <= LONGEST_PATH {
        return inside;
    }
    let digest = Sha256::digest(folder.root().as_os_str().as_bytes());
    let prefix = format!("{}-", folder.program().name);
    let name = digest.iter().take(10).fold(prefix, |name, byte| name + &format!("{byte:02x}"));
    Path::new("/tmp").join(name)
}

/// The socket itself.
pub(super) fn path(socket_dir: &Path) -> PathBuf {
    socket_dir.join(format!(".s.PGSQL.{PORT}"))
}

/// Makes the socket's folder, which only the account and root may enter. This is the server's only access control.
pub(super) fn prepare(socket_dir: &Path, folder: &Folder, account: &Account) -> Result<SocketDir> {
    let error = match make_private(socket_dir, account) {
        Ok(given) => return given.map(|()| SocketDir(socket_dir.to_owned())),
        Err(error) => error,
    };
    if error.kind() != io::ErrorKind::AlreadyExists {
        return Err(LocalPostgresError::io("make the folder", socket_dir)(error));
    }
    // Anybody can make a folder or a link in /tmp. It is safe only if the account or this process owns it, and nobody else
    // may enter it.
    let found = socket_dir.symlink_metadata().map_err(LocalPostgresError::io("look at", socket_dir))?;
    let is_inside = socket_dir.starts_with(folder.root());
    let is_ours = is_inside || found.uid() == account.uid || found.uid() == geteuid().as_raw();
    if !found.is_dir() || !is_ours || found.mode() & 0o077 != 0 {
        return Err(LocalPostgresError::SocketFolderTaken {
            path: socket_dir.to_owned(),
            account: account.name.clone(),
        });
    }
    account.give(socket_dir).map(|()| SocketDir(socket_dir.to_owned()))
}

/// The setting that makes PostgreSQL listen there. Its value is a list, so the path stands in quotes.
pub(super) fn setting(socket_dir: &Path) -> std::ffi::OsString {
    let mut setting = b"unix_socket_directories=\"".to_vec();
    for byte in socket_dir.as_os_str().as_bytes() {
        if *byte == b'"' {
            setting.push(b'"');
        }
        setting.push(*byte);
    }
    setting.push(b'"');
    std::os::unix::ffi::OsStringExt::from_vec(setting)
}

/// The URL of a database. The host is a parameter, because a socket's folder is not a host name. The user is one too,
/// because strict URL parsers refuse a user without a host.
pub(super) fn url(socket_dir: &Path, role: &str, database: &str) -> String {
    let host = encode(socket_dir.as_os_str().as_bytes());
    let (database, role) = (encode(database.as_bytes()), encode(role.as_bytes()));
    format!("postgresql:///{database}?host={host}&port={PORT}&user={role}")
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_survives_odd_characters_in_path_role_and_database() {
        let url = url(Path::new("/tmp/a b,c?&%é"), "röle/1", "data base");

        let config: tokio_postgres::Config = url.parse().unwrap();
        let hosts = config.get_hosts();
        assert_eq!(hosts, [tokio_postgres::config::Host::Unix(PathBuf::from("/tmp/a b,c?&%é"))]);
        assert_eq!(config.get_user(), Some("röle/1"));
        assert_eq!(config.get_dbname(), Some("data base"));
        assert!(url::Url::parse(&url).is_ok());
    }

    #[test]
    fn the_setting_quotes_what_would_end_the_path() {
        assert_eq!(setting(Path::new("/a,\"b")), "unix_socket_directories=\"/a,\"\"b\"");
    }
}

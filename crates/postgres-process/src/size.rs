//! Sizes PostgreSQL for the machine or container that it runs in.
//!
//! PostgreSQL's defaults are for a machine of twenty years ago: 128 MB of shared buffers, and a checkpoint whenever 1 GB of
//! write-ahead log is full. Once the tables are larger than the buffers, each call reads pages through the kernel; and after
//! each checkpoint, the first change of a page writes the whole page to the log.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

use super::{LocalPostgresError, Result};

const MB: u64 = 1 << 20;
const GB: u64 = 1 << 30;

/// Settings for a PostgreSQL that has this machine to itself, as for `postgres -c name=value`.
///
/// | setting | value | at least | at most |
/// | --- | --- | --- | --- |
/// | `shared_buffers` | a quarter of the memory | 32 MB | 8 GB |
/// | `effective_cache_size` | three quarters of the memory | 96 MB | |
/// | `max_wal_size` | a quarter of the memory | 1 GB | 8 GB, and a tenth of the file system (not below 256 MB) |
/// | `checkpoint_timeout` | 15 min | | |
///
/// The memory is the machine's, or less if a control group (a container, a systemd unit) has a limit. A setting that somebody
/// made with `ALTER SYSTEM` is left out, so that it counts. So are all, if the memory is not known.
///
/// # Errors
/// If the settings that are stored in the data folder cannot be read.
pub fn sized_settings(data_dir: &Path) -> Result<Vec<(String, String)>> {
    let Some(memory) = memory(Path::new("/")) else { return Ok(Vec::new()) };
    let set_by_hand = altered_settings(&data_dir.join("postgresql/postgresql.auto.conf"))?;
    let mut settings = settings(memory, file_system_size(data_dir));
    settings.retain(|(name, _)| !set_by_hand.contains(name));
    Ok(settings)
}

fn settings(memory: u64, file_system: Option<u64>) -> Vec<(String, String)> {
    let shared_buffers = (memory / 4).clamp(32 * MB, 8 * GB);
    let effective_cache_size = (memory / 4 * 3).max(96 * MB);
    let room = file_system.map_or(u64::MAX, |size| (size / 10).max(256 * MB));
    let max_wal_size = (memory / 4).clamp(GB, 8 * GB).min(room);
    [
        ("shared_buffers", megabytes(shared_buffers)),
        ("effective_cache_size", megabytes(effective_cache_size)),
        ("max_wal_size", megabytes(max_wal_size)),
        ("checkpoint_timeout", "15min".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn megabytes(bytes: u64) -> String {
    format!("{}MB", bytes / MB)
}

/// The memory that this process may use, in bytes. `root` is the root of the file system, or a folder that looks like it.
fn memory(root: &Path) -> Option<u64> {
    let machine = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let line = machine.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let machine = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)?;
    Some(cgroup_limits(root).into_iter().fold(machine, u64::min))
}

/// The limits of this process's control groups and of all above them, in both versions of the kernel's interface.
fn cgroup_limits(root: &Path) -> Vec<u64> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let mut limits = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let (mount, files): (_, &[&str]) = if controllers.is_empty() {
            (root.join("sys/fs/cgroup"), &["memory.max", "memory.high"])
        } else if controllers.split(',').any(|controller| controller == "memory") {
            (root.join("sys/fs/cgroup/memory"), &["memory.limit_in_bytes"])
        } else {
            continue;
        };
        // A container may see the path of the machine, but has its own group at the top: that is looked at, too.
        for group in Path::new(path.trim_start_matches('/')).ancestors() {
            for file in files {
                let limit = fs::read_to_string(mount.join(group).join(file));
                // "max" is no number, and no limit.
                limits.extend(limit.ok().and_then(|text| text.trim().parse::<u64>().ok()));
            }
        }
    }
    limits
}

/// The size of the file system that a folder is on, or will be on.
#[allow(clippy::useless_conversion, reason = "on macOS the number of blocks is narrower")]
fn file_system_size(folder: &Path) -> Option<u64> {
    let existing: PathBuf = std::path::absolute(folder).ok()?.ancestors().find(|folder| folder.exists())?.to_owned();
    let found = statvfs(&existing).ok()?;
    u64::from(found.blocks()).checked_mul(u64::from(found.fragment_size()))
}

/// The names of the settings that `ALTER SYSTEM` has stored.
fn altered_settings(file: &Path) -> Result<Vec<String>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('='))
            .map(|(name, _)| name.trim().to_owned())
            .collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(LocalPostgresError::io("read", file)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values in the order of the table above.
    fn sizes(memory: u64, file_system: Option<u64>) -> Vec<String> {
        settings(memory, file_system).into_iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn a_quarter_of_the_memory_within_bounds() {
        assert_eq!(sizes(24 * GB, None), ["6144MB", "18432MB", "6144MB", "15min"]);
        assert_eq!(sizes(2 * GB, None), ["512MB", "1536MB", "1024MB", "15min"]);
        assert_eq!(sizes(64 * MB, None), ["32MB", "96MB", "1024MB", "15min"]);
        assert_eq!(sizes(1024 * GB, None), ["8192MB", "786432MB", "8192MB", "15min"]);
    }

    #[test]
    fn the_log_takes_at_most_a_tenth_of_the_file_system() {
        assert_eq!(sizes(24 * GB, Some(20 * GB))[2], "2048MB");
        assert_eq!(sizes(24 * GB, Some(GB))[2], "256MB");
    }

    fn write(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A folder that looks like the root of a file system on a machine with 16 GB.
    fn machine(cgroup: &str, limits: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "proc/meminfo", "MemTotal:       16777216 kB\nMemFree:  1 kB\n");
        write(root.path(), "proc/self/cgroup", cgroup);
        for (file, limit) in limits {
            write(root.path(), &format!("sys/fs/cgroup/{file}"), limit);
        }
        root
    }

    #[test]
    fn the_memory_is_the_least_of_the_machine_and_of_every_control_group_above() {
        for (cgroup, limits, expected) in [
            ("0::/\n", &[][..], 16 * GB),
            ("0::/\n", &[("memory.max", "max\n")], 16 * GB),
            ("0::/\n", &[("memory.max", "1073741824\n")], GB),
            (
                "0::/a.slice/b.service\n",
                &[("a.slice/memory.max", "2147483648\n"), ("a.slice/b.service/memory.max", "max\n")],
                2 * GB,
            ),
            ("0::/a\n", &[("a/memory.high", "1073741824\n"), ("a/memory.max", "2147483648\n")], GB),
            ("0::/\n", &[("memory.max", "99999999999999\n")], 16 * GB),
            // Version 1, in a container that sees the machine's path and its own group at the top.
            (
                "5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n",
                &[("memory/memory.limit_in_bytes", "536870912\n")],
                GB / 2,
            ),
            ("4:memory:/\n", &[("memory/memory.limit_in_bytes", "9223372036854771712\n")], 16 * GB),
        ] {
            let root = machine(cgroup, limits);
            assert_eq!(memory(root.path()), Some(expected), "{cgroup} {limits:?}");
        }
        assert_eq!(memory(tempfile::tempdir().unwrap().path()), None);
    }

    #[test]
    fn what_alter_system_has_stored_is_known_by_name() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "auto", "# Do not edit\nshared_buffers = '1GB'\nmy.own = 'a=b'\n");
        assert_eq!(altered_settings(&folder.path().join("auto")).unwrap(), ["shared_buffers", "my.own"]);
        assert_eq!(altered_settings(&folder.path().join("none")).unwrap(), [""; 0]);
    }
}

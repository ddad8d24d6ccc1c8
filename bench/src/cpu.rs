//! The processor time of each process, read from `/proc`. Systems without `/proc` have no such figures.

use std::{fs, time::Duration};

use serde::Serialize;

/// `USER_HZ`, which has been 100 on every Linux for decades.
const TICKS_PER_SECOND: f64 = 100.0;

/// The processes of a run.
#[derive(Debug, Clone, Copy)]
pub struct Processes {
    /// The server, where it takes part.
    pub server: Option<u32>,
    /// PostgreSQL's postmaster; its children count with it.
    pub postmaster: u32,
}

/// Processor time used so far, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    load: f64,
    server: f64,
    postgres: f64,
}

/// Processor time per request, in microseconds.
#[derive(Debug, Clone, Copy, Serialize)]
#[expect(clippy::struct_field_names, reason = "a unit belongs in a name")]
pub struct Cost {
    /// The load generator itself.
    pub load_us: f64,
    /// The server.
    pub server_us: f64,
    /// PostgreSQL, all its processes.
    pub postgres_us: f64,
}

impl Processes {
    /// Processor time used so far.
    pub fn used(&self) -> Option<Used> {
        let mut postgres = 0.0;
        for entry in fs::read_dir("/proc").ok()?.flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            // A process may end meanwhile; then the postmaster inherits its time.
            let Some(process) = Process::read(pid) else { continue };
            if pid == self.postmaster {
                postgres += process.own + process.ended_children;
            } else if process.parent == self.postmaster {
                postgres += process.own;
            }
        }
        let load = Process::read(std::process::id())?.own;
        let server = self.server.and_then(Process::read).map_or(0.0, |process| process.own);
        Some(Used { load, server, postgres })
    }
}

impl Used {
    /// The cost of each of so many requests since `before`.
    pub fn cost_since(&self, before: &Self, purchases: u64) -> Cost {
        #[expect(clippy::cast_precision_loss, reason = "there are not that many purchases")]
        let per_purchase = |seconds: f64| seconds * 1e6 / purchases.max(1) as f64;
        Cost {
            load_us: per_purchase(self.load - before.load),
            server_us: per_purchase(self.server - before.server),
            postgres_us: per_purchase(self.postgres - before.postgres),
        }
    }
}

struct Process {
    parent: u32,
    own: f64,
    ended_children: f64,
}

impl Process {
    fn read(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// See proc(5). The name in parentheses may hold anything, so fields are counted from its end.
    fn parse(stat: &str) -> Option<Self> {
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let ticks = |index: usize| fields.get(index)?.parse::<u32>().ok();
        let seconds = |first: usize| Some(f64::from(ticks(first)? + ticks(first + 1)?) / TICKS_PER_SECOND);
        Some(Self { parent: ticks(1)?, own: seconds(11)?, ended_children: seconds(13)? })
    }
}

/// Memory that a process has in use now, in bytes.
pub fn resident_bytes(pid: u32) -> Option<u64> {
    memory(pid, "VmRSS:")
}

/// The most memory that a process ever had in use, in bytes.
pub fn peak_resident_bytes(pid: u32) -> Option<u64> {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Over a shorter time the figures are too coarse: the kernel counts ticks of 10 ms.
pub const WORTH_READING: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::Process;

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let stat = "7 (a) b (c) S 42 7 7 0 -1 4194560 1 0 0 0 150 50 25 75 20 0 1 0 1 1 1";
        let process = Process::parse(stat).unwrap();
        assert_eq!(process.parent, 42);
        assert!((process.own - 2.0).abs() < 1e-9 && (process.ended_children - 1.0).abs() < 1e-9);
    }
}

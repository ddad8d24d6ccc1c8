//! What the operating system knows of this process, as Linux tells it under `/proc`. Elsewhere there is nothing of it.
//!
//! Names and meanings are those of every Prometheus client library.

use std::{fmt, fs};

use nix::{
    sys::resource::{Resource, getrlimit},
    unistd::{SysconfVar, sysconf},
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
    registry::{Registry, Unit},
};

/// The metrics of this process, read anew each time they are asked for.
pub(super) fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(ProcessCollector));
    registry
}

#[derive(Debug)]
struct ProcessCollector;

/// What `/proc/self` says.
#[derive(Debug, PartialEq)]
struct Process {
    cpu_seconds: f64,
    resident_bytes: u64,
    virtual_bytes: u64,
    threads: u64,
    start_seconds: f64,
}

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        if let Some(process) = Process::read() {
            let cpu = ConstCounter::new(process.cpu_seconds);
            let help = "Total user and system CPU time spent";
            one(&mut encoder, "process_cpu", help, Some(&Unit::Seconds), &cpu)?;
            let memory = ConstGauge::new(process.resident_bytes);
            one(&mut encoder, "process_resident_memory", "Resident memory size", Some(&Unit::Bytes), &memory)?;
            let memory = ConstGauge::new(process.virtual_bytes);
            one(&mut encoder, "process_virtual_memory", "Virtual memory size", Some(&Unit::Bytes), &memory)?;
            let started = ConstGauge::new(process.start_seconds);
            let help = "Start time of the process since unix epoch";
            one(&mut encoder, "process_start_time", help, Some(&Unit::Seconds), &started)?;
            one(&mut encoder, "process_threads", "Number of OS threads", None, &ConstGauge::new(process.threads))?;
        }
        if let Some(open) = open_files() {
            one(&mut encoder, "process_open_fds", "Number of open file descriptors", None, &ConstGauge::new(open))?;
        }
        if let Ok((max, _)) = getrlimit(Resource::RLIMIT_NOFILE) {
            one(
                &mut encoder,
                "process_max_fds",
                "Maximum number of open file descriptors",
                None,
                &ConstGauge::new(max),
            )?;
        }
        Ok(())
    }
}

fn one(
    encoder: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    unit: Option<&Unit>,
    metric: &impl EncodeMetric,
) -> fmt::Result {
    metric.encode(encoder.encode_descriptor(name, &format!("{help}."), unit, metric.metric_type())?)
}

/// How many file descriptors are open, without the one that counts them.
fn open_files() -> Option<u64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    u64::try_from(open).ok()?.checked_sub(1)
}

impl Process {
    fn read() -> Option<Self> {
        let ticks_per_second = system_value(SysconfVar::CLK_TCK)?;
        let page_bytes = system_value(SysconfVar::PAGE_SIZE)?;
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        let boot = fs::read_to_string("/proc/stat").ok()?;
        Self::parse(&stat, &boot, ticks_per_second, page_bytes)
    }

    /// Reads the texts of `/proc/self/stat` and `/proc/stat` (proc(5)).
    #[expect(clippy::cast_precision_loss, reason = "a double holds every second and tick of some centuries")]
    fn parse(stat: &str, boot: &str, ticks_per_second: u64, page_bytes: u64) -> Option<Self> {
        // The second field is the program's name in parentheses, which may hold anything. The next field is the third.
        let (_, after_name) = stat.rsplit_once(')')?;
        let fields: Vec<_> = after_name.split_ascii_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let boot_seconds = boot.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse::<u64>().ok()?;
        let seconds = |ticks: u64| ticks as f64 / ticks_per_second as f64;
        Some(Self {
            cpu_seconds: seconds(field(14)? + field(15)?),
            threads: field(20)?,
            start_seconds: boot_seconds as f64 + seconds(field(22)?),
            virtual_bytes: field(23)?,
            resident_bytes: field(24)? * page_bytes,
        })
    }
}

fn system_value(variable: SysconfVar) -> Option<u64> {
    sysconf(variable).ok()??.try_into().ok().filter(|value| *value > 0)
}

#[cfg(test)]
mod tests {
    use super::Process;

    const STAT: &str = "4711 (tally) stick) S 1 4711 4711 0 -1 4194560 9000 0 0 0 150 50 0 0 20 0 7 0 12345 268435456 \
                        2048 18446744073709551615 1 1 0 0 0 0 0 4096 17642 0 0 0 17 1 0 0 0 0 0\n";

    #[test]
    fn the_fields_of_proc_are_found_after_any_name() {
        let boot = "cpu  1 2 3\nbtime 1700000000\nprocesses 5\n";
        let expected = Process {
            cpu_seconds: 2.0,
            resident_bytes: 2_048 * 4_096,
            virtual_bytes: 268_435_456,
            threads: 7,
            start_seconds: 1_700_000_123.45,
        };
        assert_eq!(Process::parse(STAT, boot, 100, 4_096), Some(expected));
        for (stat, boot) in [("", boot), ("1 (x) S 1", boot), (STAT, "cpu 1\n")] {
            assert_eq!(Process::parse(stat, boot, 100, 4_096), None);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_used_something_and_started_before_now() {
        let process = Process::read().unwrap();
        assert!(process.resident_bytes > 1024 * 1024 && process.virtual_bytes > process.resident_bytes, "{process:?}");
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
        assert!(process.start_seconds < now && process.start_seconds > now - 86_400.0, "{process:?}, {now}");
    }
}

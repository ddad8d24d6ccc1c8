//! What a run ran on. Without that no figure means anything.

use std::fs;

use serde::Serialize;

use crate::bed::Bed;

/// The machine, the versions and the settings.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// When, in UTC.
    pub date: String,
    /// This version.
    pub tallystick: &'static str,
    /// Processors, which load, server and PostgreSQL share.
    pub processors: usize,
    /// Their model, if the system tells.
    pub processor: Option<String>,
    /// Memory in MiB, if the system tells.
    pub memory_mib: Option<u64>,
    /// The Rust compiler that is installed here, if there is one.
    pub rustc: Option<String>,
    /// PostgreSQL's version.
    pub postgresql: String,
    /// PostgreSQL's settings that decide its speed.
    pub settings: Vec<(String, String)>,
}

const SETTINGS: [&str; 7] = [
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_connections",
    "max_wal_size",
    "autovacuum",
];

impl Machine {
    /// Reads everything.
    pub async fn look(bed: &Bed) -> anyhow::Result<Self> {
        let mut settings = Vec::new();
        for name in SETTINGS {
            settings.push((name.to_owned(), bed.setting(name).await?));
        }
        let rustc = std::process::Command::new("rustc").arg("--version").output().ok();
        Ok(Self {
            date: bed.now().await?,
            tallystick: env!("CARGO_PKG_VERSION"),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            processor: fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| field(&text, "model name")),
            memory_mib: fs::read_to_string("/proc/meminfo").ok().and_then(|text| mebibytes(&field(&text, "MemTotal")?)),
            rustc: rustc
                .filter(|output| output.status.success())
                .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            postgresql: bed.setting("server_version").await?,
            settings,
        })
    }

    /// Names and values, for people.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let processor = self.processor.as_deref().unwrap_or("unknown");
        let memory = self.memory_mib.map_or_else(|| "unknown".to_owned(), |mebibytes| format!("{mebibytes} MiB"));
        let settings: Vec<_> = self.settings.iter().map(|(name, value)| format!("{name} {value}")).collect();
        vec![
            ("date", self.date.clone()),
            ("processors", format!("{} × {processor}, for load, server and PostgreSQL together", self.processors)),
            ("memory", memory),
            ("tallystick", self.tallystick.to_owned()),
            ("PostgreSQL", format!("{} ({})", self.postgresql, settings.join(", "))),
            ("Rust", self.rustc.clone().unwrap_or_else(|| "unknown".to_owned())),
        ]
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().to_owned())
}

fn mebibytes(kibibytes: &str) -> Option<u64> {
    Some(kibibytes.strip_suffix(" kB")?.parse::<u64>().ok()? / 1024)
}

#[cfg(test)]
mod tests {
    use super::{field, mebibytes};

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 85\nmodel name\t: Some CPU @ 2.00GHz\n";
        assert_eq!(field(text, "model name").as_deref(), Some("Some CPU @ 2.00GHz"));
        assert_eq!(field(text, "name"), None);
        assert_eq!(mebibytes("2048 kB"), Some(2));
    }
}

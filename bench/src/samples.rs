//! What the server says of itself while it works: its `/metrics`, looked at four times a second.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{client::Client, cpu::resident_bytes};

const INTERVAL: Duration = Duration::from_millis(250);
const BATCH_SIZE: &str = "tallystick_purchase_batch_size";
const QUEUE_WAIT: &str = "tallystick_purchase_queue_wait_seconds";

/// One look.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Sample {
    /// Seconds since the measurement began.
    pub at_s: f64,
    /// How many purchases were decided together since the last look, on average. Nothing where the server does not tell or
    /// decided none.
    pub batch_size: Option<f64>,
    /// How long they waited for their turn, on average, in milliseconds.
    pub queue_wait_ms: Option<f64>,
    /// The server's memory, in bytes.
    pub resident_bytes: Option<u64>,
}

/// Sum and count of a histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Total {
    sum: f64,
    count: f64,
}

impl Total {
    /// Of a histogram in `OpenMetrics` text, over all its labels; nothing if it is not there.
    fn read(text: &str, name: &str) -> Option<Self> {
        Some(Self { sum: sum_of(text, name, "_sum")?, count: sum_of(text, name, "_count")? })
    }

    fn mean_since(self, before: Self) -> Option<f64> {
        let count = self.count - before.count;
        (count > 0.0).then(|| (self.sum - before.sum) / count)
    }
}

fn sum_of(text: &str, name: &str, suffix: &str) -> Option<f64> {
    let values = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?.strip_prefix(suffix)?;
        let value = match rest.strip_prefix('{') {
            Some(labels) => labels.rsplit_once('}')?.1,
            None => rest,
        };
        value.strip_prefix(' ')?.split(' ').next()?.parse::<f64>().ok()
    });
    values.fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
}

/// Looks at a server from `begin` to `end`. A look that fails is left out: that must not end a measurement.
pub async fn watch(server: SocketAddr, pid: u32, begin: Instant, end: Instant) -> Vec<Sample> {
    tokio::time::sleep_until(begin.into()).await;
    let Ok(mut client) = Client::connect(server).await else { return Vec::new() };
    let mut samples = Vec::new();
    let mut before = None;
    let mut at = begin;
    while at <= end {
        tokio::time::sleep_until(at.into()).await;
        if client.get("/metrics", "").await.ok() != Some(200) {
            break;
        }
        let text = String::from_utf8_lossy(client.last_body());
        let now = [Total::read(&text, BATCH_SIZE), Total::read(&text, QUEUE_WAIT)];
        if let Some(before) = before {
            let [batch_size, queue_wait] = means(now, before);
            samples.push(Sample {
                at_s: begin.elapsed().as_secs_f64(),
                batch_size,
                queue_wait_ms: queue_wait.map(|seconds| seconds * 1_000.0),
                resident_bytes: resident_bytes(pid),
            });
        }
        before = Some(now);
        at += INTERVAL;
    }
    samples
}

fn means(now: [Option<Total>; 2], before: [Option<Total>; 2]) -> [Option<f64>; 2] {
    let mut index = 0;
    now.map(|now| {
        let before = before[index];
        index += 1;
        now?.mean_since(before.unwrap_or(Total { sum: 0.0, count: 0.0 }))
    })
}

#[cfg(test)]
mod tests {
    use super::{BATCH_SIZE, Total};

    const TEXT: &str = "# TYPE tallystick_purchase_batch_size histogram\n\
        tallystick_purchase_batch_size_sum 640.0\n\
        tallystick_purchase_batch_size_count 20\n\
        tallystick_purchase_batch_size_bucket{le=\"1.0\"} 3\n\
        tallystick_purchase_batch_size_bucket{le=\"+Inf\"} 20 # {trace=\"x\"} 1.0\n\
        tallystick_purchase_batch_size_summary_sum 9\n# EOF\n";

    #[test]
    fn a_histograms_sum_and_count_are_read() {
        assert_eq!(Total::read(TEXT, BATCH_SIZE), Some(Total { sum: 640.0, count: 20.0 }));
    }

    #[test]
    fn labels_add_up() {
        let text = "x_sum{a=\"1\"} 1.5\nx_sum{a=\"} 2\"} 2.5\nx_count{a=\"1\"} 1\nx_count{a=\"} 2\"} 3\n";
        assert_eq!(Total::read(text, "x"), Some(Total { sum: 4.0, count: 4.0 }));
    }

    #[test]
    fn a_server_without_the_histogram_is_no_error() {
        assert_eq!(Total::read("# EOF\n", BATCH_SIZE), None);
    }

    #[test]
    fn no_purchase_has_no_batch_size() {
        let total = Total { sum: 5.0, count: 5.0 };
        assert_eq!(total.mean_since(total), None);
        assert_eq!(Total { sum: 11.0, count: 7.0 }.mean_since(total), Some(3.0));
    }
}

//! How many purchases the server decided together, read from its `/metrics`.

use crate::client::Client;

const BATCH_SIZE: &str = "tallystick_purchase_batch_size";

/// Sum and count of the histogram of batch sizes, since the server started.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Batches {
    purchases: f64,
    batches: f64,
}

impl Batches {
    /// Asks the server. `None` if it does not answer: that must not end a measurement.
    pub async fn ask(client: &mut Client) -> Option<Self> {
        if client.get("/metrics", "").await.ok()? != 200 {
            return None;
        }
        Self::read(&String::from_utf8_lossy(client.last_body()))
    }

    /// Reads metrics as text. `None` if the histogram is not there.
    fn read(text: &str) -> Option<Self> {
        let value = |suffix: &str| {
            let line = |line: &str| line.strip_prefix(BATCH_SIZE)?.strip_prefix(suffix)?.trim().parse().ok();
            text.lines().find_map(line)
        };
        Some(Self { purchases: value("_sum ")?, batches: value("_count ")? })
    }

    /// The mean size of the batches since `before`. `None` if there were none.
    pub fn mean_since(self, before: Self) -> Option<f64> {
        let batches = self.batches - before.batches;
        (batches > 0.0).then(|| (self.purchases - before.purchases) / batches)
    }
}

#[cfg(test)]
mod tests {
    use super::Batches;

    const TEXT: &str = "# TYPE tallystick_purchase_batch_size histogram\n\
        tallystick_purchase_batch_size_sum 640.0\n\
        tallystick_purchase_batch_size_count 20\n\
        tallystick_purchase_batch_size_bucket{le=\"1.0\"} 3\n\
        tallystick_purchase_batch_size_summary_sum 9\n# EOF\n";

    #[test]
    fn a_histograms_sum_and_count_are_read() {
        assert_eq!(Batches::read(TEXT), Some(Batches { purchases: 640.0, batches: 20.0 }));
    }

    #[test]
    fn a_server_without_the_histogram_is_no_error() {
        assert_eq!(Batches::read("# EOF\n"), None);
    }

    #[test]
    fn no_purchase_has_no_batch_size() {
        let before = Batches { purchases: 5.0, batches: 5.0 };
        assert_eq!(before.mean_since(before), None);
        assert_eq!(Batches { purchases: 11.0, batches: 7.0 }.mean_since(before), Some(3.0));
    }
}

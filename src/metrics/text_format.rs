//! The two text formats that Prometheus reads, and which of them a request asks for.

use std::fmt::Write;

/// A text format. The samples have the same names in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// The text format of Prometheus, version 0.0.4. Everything that knows Prometheus reads it.
    Prometheus,
    /// `OpenMetrics`, version 1.0.0.
    OpenMetrics,
}

impl TextFormat {
    /// Its media type, as an answer says it.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// The format that the values of a request's `Accept` headers ask for. `OpenMetrics` must be asked for by name.
    pub fn accepted<'a>(accept: impl Iterator<Item = &'a str>) -> Self {
        let (mut open_metrics, mut plain) = (0, 0);
        for range in accept.flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
            let parameters: Vec<_> = parts.filter_map(|part| part.split_once('=')).collect();
            let parameter =
                |name: &str| parameters.iter().find(|(found, _)| found.trim() == name).map(|(_, value)| value.trim());
            let weight = parameter("q").map_or(1_000, thousandths);
            let version = parameter("version");
            match media_type.as_str() {
                "application/openmetrics-text" if matches!(version, None | Some("1.0.0")) => {
                    open_metrics = weight.max(open_metrics);
                }
                "text/plain" if matches!(version, None | Some("0.0.4")) => plain = weight.max(plain),
                _ => {}
            }
        }
        if open_metrics > 0 && open_metrics >= plain { Self::OpenMetrics } else { Self::Prometheus }
    }
}

/// A weight from 0 to 1 as thousandths; one that cannot be read is none.
fn thousandths(weight: &str) -> u16 {
    let weight = weight.parse::<f32>().unwrap_or_default().clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 1,000")]
    let thousandths = (weight * 1_000.0) as u16;
    thousandths
}

/// The text format of Prometheus, made of `OpenMetrics` text.
///
/// The formats differ in this: `OpenMetrics` names a counter or an info in its head without the suffix that its samples have.
/// It has the type `info`, the line `UNIT` and an end mark.
pub(super) fn prometheus(open_metrics: &str) -> String {
    let mut text = String::with_capacity(open_metrics.len());
    let mut help = "";
    for line in open_metrics.lines() {
        if let Some(named) = line.strip_prefix("# HELP ") {
            help = named.split_once(' ').map_or("", |(_, help)| help);
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|named| named.split_once(' ')) {
            let (suffix, kind) = match kind {
                "counter" => ("_total", "counter"),
                "info" => ("_info", "gauge"),
                "unknown" => ("", "untyped"),
                kind => ("", kind),
            };
            // Writing to a string cannot fail.
            let _ = write!(text, "# HELP {name}{suffix} {help}\n# TYPE {name}{suffix} {kind}\n");
        } else if !line.starts_with('#') {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{TextFormat, prometheus};

    fn accepted(accept: &[&str]) -> TextFormat {
        TextFormat::accepted(accept.iter().copied())
    }

    #[test]
    fn a_request_gets_the_format_that_it_asks_for_and_prometheus_text_by_default() {
        let old = "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        let new = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                   application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3,\
                   text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
        for open_metrics in
            [&[new][..], &["Application/OpenMetrics-Text"], &["text/plain;q=0.5", "application/openmetrics-text"]]
        {
            assert_eq!(accepted(open_metrics), TextFormat::OpenMetrics, "{open_metrics:?}");
        }
        for plain in [
            &[][..],
            &["*/*"],
            &["text/html,application/xhtml+xml,*/*;q=0.8"],
            &[old],
            &["text/plain, application/openmetrics-text;q=0.9"],
            &["application/openmetrics-text;q=0"],
            &["application/openmetrics-text;q=x"],
            &["application/openmetrics-text;version=2.0.0"],
            &[";;;,,,"],
        ] {
            assert_eq!(accepted(plain), TextFormat::Prometheus, "{plain:?}");
        }
    }

    #[test]
    fn the_head_of_a_metric_has_the_name_of_its_samples() {
        let open_metrics = "# HELP a Counted.\n# TYPE a counter\na_total{x=\"y\"} 1\n\
                            # HELP b Known.\n# TYPE b info\nb_info{v=\"1\"} 1\n\
                            # HELP c_seconds Took.\n# TYPE c_seconds histogram\n# UNIT c_seconds seconds\nc_seconds_sum 0.5\n\
                            # EOF\n";
        let expected = "# HELP a_total Counted.\n# TYPE a_total counter\na_total{x=\"y\"} 1\n\
                        # HELP b_info Known.\n# TYPE b_info gauge\nb_info{v=\"1\"} 1\n\
                        # HELP c_seconds Took.\n# TYPE c_seconds histogram\nc_seconds_sum 0.5\n";
        assert_eq!(prometheus(open_metrics), expected);
    }
}

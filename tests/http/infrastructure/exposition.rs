//! The rules of Prometheus' text format 0.0.4, as `promtool check metrics` has them.

use std::collections::{BTreeMap, BTreeSet};

/// Fails unless the text follows the format, and the conventions for names.
#[track_caller]
pub fn check(text: &str) {
    assert!(text.ends_with('\n'), "the last line has no end");
    let mut kinds = BTreeMap::new();
    let mut helped = BTreeSet::new();
    let mut series = BTreeSet::new();
    let mut current = "";
    for line in text.lines() {
        if let Some((name, help)) = line.strip_prefix("# HELP ").map(|line| line.split_once(' ').unwrap_or((line, "")))
        {
            assert!(!help.is_empty() && helped.insert(name), "{line}: no help, or help twice");
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|line| line.split_once(' ')) {
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}: no type of this format");
            assert!(helped.contains(name) && kinds.insert(name, kind).is_none(), "{line}: without help, or twice");
            check_name(name, kind);
            current = name;
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}: no value"));
            assert!(value.parse::<f64>().is_ok(), "{line}: no number");
            assert!(series.insert(sample), "{line}: a sample twice");
            let name = sample.split('{').next().unwrap();
            assert_eq!(family(name, &kinds), Some(current), "{line}: it does not stand below its head");
            let labels = sample.strip_prefix(name).unwrap();
            assert!(labels.is_empty() || (labels.starts_with('{') && labels.ends_with("\"}")), "{line}: no labels");
        }
    }
    assert!(kinds.len() > 15, "only {} metrics", kinds.len());
}

fn check_name(name: &str, kind: &str) {
    let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    assert!(is_name, "{name}: no name of a metric");
    assert_eq!(kind == "counter", name.ends_with("_total"), "{name}: counters, and no others, end with _total");
    for suffix in ["_count", "_sum", "_bucket"] {
        assert!(!name.ends_with(suffix), "{name}: the suffix belongs to histograms");
    }
    for part in name.split('_') {
        assert!(
            !["ms", "us", "sec", "secs", "min", "kb", "mb", "milliseconds", "minutes"].contains(&part),
            "{name}: unit"
        );
    }
}

/// The metric that a sample belongs to.
fn family<'a>(sample: &'a str, kinds: &BTreeMap<&'a str, &str>) -> Option<&'a str> {
    if kinds.contains_key(sample) {
        return Some(sample);
    }
    let suffixes = ["_bucket", "_sum", "_count"].into_iter();
    suffixes.filter_map(|suffix| sample.strip_suffix(suffix)).find(|name| kinds.get(name) == Some(&"histogram"))
}

/// The names of all samples.
pub fn names(text: &str) -> BTreeSet<&str> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| line.split(['{', ' ']).next().unwrap()).collect()
}

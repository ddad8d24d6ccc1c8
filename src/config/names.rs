//! Refuses a misspelt setting: a variable that begins like ours and is none.

use std::collections::BTreeSet;

use anyhow::bail;

/// What the names of all our variables begin with.
pub const PREFIX: &str = "TALLYSTICK_";

/// Variables of the tests and scripts beside the program. They may be set where the program runs.
const TOOLS: [&str; 7] = [
    "TALLYSTICK_ADVISORIES",
    "TALLYSTICK_ADVISORY_DB",
    "TALLYSTICK_HISTORIES",
    "TALLYSTICK_HISTORY_REQUESTS",
    "TALLYSTICK_PROBES",
    "TALLYSTICK_TEST_MUTANT",
    "TALLYSTICK_TEST_SEED",
];

/// How alike two names must be for one to be suggested, from 0 to 1.
const ALIKE: f64 = 0.6;

/// Refuses variables that begin like ours and are not in `known`. The message names each, and the nearest right one.
pub fn refuse_unknown(
    known: &BTreeSet<String>,
    given: impl IntoIterator<Item = (String, String)>,
) -> anyhow::Result<()> {
    let unknown: BTreeSet<String> = given
        .into_iter()
        .filter(|(name, value)| name.starts_with(PREFIX) && !is_service_link(name, value))
        .map(|(name, _)| name)
        .filter(|name| !known.contains(name) && !TOOLS.contains(&name.as_str()))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> =
        unknown.iter().map(|name| format!("{name} is not a setting{}", hint(name, known))).collect();
    bail!("{}; docs/operating.md lists all of them", lines.join("; "))
}

fn hint(name: &str, known: &BTreeSet<String>) -> String {
    let likeness = |other: &str| {
        let words = |name: &str| name.trim_start_matches(PREFIX).to_owned();
        strsim::normalized_damerau_levenshtein(&words(name), &words(other))
    };
    let nearest = known.iter().map(|other| (likeness(other), other)).max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((likeness, other)) if likeness >= ALIKE => format!("; did you mean {other}?"),
        _ => String::new(),
    }
}

/// Kubernetes and Docker set such variables in every container beside a service that is called `tallystick…`.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let has_port = name.split_once("_PORT_").is_some_and(|(_, rest)| {
        rest.starts_with(|first: char| first.is_ascii_digit())
            && ["_TCP", "_UDP", "_SCTP"].iter().any(|protocol| rest.contains(protocol))
    });
    (name.ends_with("_PORT") && is_address)
        || has_port
        || name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(given: &[(&str, &str)]) -> Option<String> {
        let known = ["TALLYSTICK_LISTEN", "TALLYSTICK_LOG", "TALLYSTICK_LOCK_TIMEOUT", "TALLYSTICK_POOL_SIZE"];
        let known = known.map(str::to_owned).into();
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        refuse_unknown(&known, given).err().map(|error| error.to_string())
    }

    #[test]
    fn a_misspelt_name_is_refused_with_the_nearest_right_one() {
        for (wrong, right) in [
            ("TALLYSTICK_LISTNE", "TALLYSTICK_LISTEN"),
            ("TALLYSTICK_POOLSIZE", "TALLYSTICK_POOL_SIZE"),
            ("TALLYSTICK_LOCK_TIME_OUT", "TALLYSTICK_LOCK_TIMEOUT"),
        ] {
            let refused = refusal(&[(wrong, "hunter2")]).unwrap();
            assert!(refused.contains(&format!("{wrong} is not a setting; did you mean {right}?")), "{refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
        let far = refusal(&[("TALLYSTICK_COLOUR_OF_THE_DOOR", "")]).unwrap();
        assert!(far.contains("COLOUR_OF_THE_DOOR") && !far.contains("did you mean"), "{far}");
        let both = refusal(&[("TALLYSTICK_LIST", ""), ("TALLYSTICK_LOGG", "")]).unwrap();
        assert!(both.contains("TALLYSTICK_LIST ") && both.contains("TALLYSTICK_LOGG "), "{both}");
    }

    #[test]
    fn right_names_and_those_of_others_pass() {
        let others = [
            ("TALLYSTICK_POOL_SIZE", "1"),
            ("TALLYSTICK_TEST_SEED", "7"),
            ("TALLY", "1"),
            ("PATH", "/bin"),
            ("TALLYSTICK_SERVICE_HOST", "10.0.0.1"),
            ("TALLYSTICK_SERVICE_PORT", "8080"),
            ("TALLYSTICK_API_SERVICE_PORT_HTTP", "8080"),
            ("TALLYSTICK_PORT", "tcp://10.0.0.1:8080"),
            ("TALLYSTICK_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
            ("TALLYSTICK_POSTGRES_PORT_5432_TCP_ADDR", "10.0.0.1"),
        ];
        assert_eq!(refusal(&others), None);
        assert!(refusal(&[("TALLYSTICK_PORT", "8080")]).is_some(), "not a link: somebody means the address");
    }
}

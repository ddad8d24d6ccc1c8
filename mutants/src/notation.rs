//! How a mutant is written down: a name, a promise, the tests that catch it, and a piece of `git diff`.
//!
//! ```text
//! # A comment. Mutants are separated by empty lines.
//!
//! [the-customer-is-not-locked]
//! breaks: purchases of one customer are decided one after the other
//! caught by: three_purchases_queue_and_each_sees_the_ones_before
//! file: functions/purchase_batch.sql
//!          ORDER BY customer.id
//! -        FOR NO KEY UPDATE;
//! +        ;
//! ```
//!
//! - Lines that begin with a space, `-` or `+` are as `git diff` shows them: kept, gone, new. The file must have those kept
//!   and gone, one below the other, exactly once. How far a line is indented does not count.
//! - `caught by`, `file` and its lines may be repeated. `only the snapshot: …` says why no test of behaviour can catch it.

use super::{Hunk, Mutant};

/// The mutants of a table.
pub fn parse(text: &str) -> Result<Vec<Mutant>, String> {
    let mut mutants: Vec<Mutant> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        read(line, &mut mutants).map_err(|wrong| format!("line {number}: {wrong}: {line}"))?;
    }
    mutants.iter().try_for_each(check)?;
    Ok(mutants)
}

fn read(line: &str, mutants: &mut Vec<Mutant>) -> Result<(), &'static str> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(());
    }
    if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
        mutants.push(Mutant {
            name: name.to_owned(),
            breaks: String::new(),
            caught_by: Vec::new(),
            only_the_snapshot: None,
            hunks: Vec::new(),
        });
        return Ok(());
    }
    let mutant = mutants.last_mut().ok_or("no mutant has been named yet")?;
    if let Some((marker @ (' ' | '-' | '+'), content)) = split_first(line) {
        let hunk = mutant.hunks.last_mut().ok_or("in which file?")?;
        if marker != '+' {
            hunk.before.push(content.to_owned());
        }
        if marker != '-' {
            hunk.after.push(content.to_owned());
        }
        return Ok(());
    }
    let (key, value) = line.split_once(": ").ok_or("not a line of a table")?;
    let value = value.to_owned();
    match key {
        "breaks" => mutant.breaks = value,
        "caught by" => mutant.caught_by.push(value),
        "only the snapshot" => mutant.only_the_snapshot = Some(value),
        "file" => mutant.hunks.push(Hunk { file: value, before: Vec::new(), after: Vec::new() }),
        _ => return Err("nothing is called that"),
    }
    Ok(())
}

fn split_first(line: &str) -> Option<(char, &str)> {
    let first = line.chars().next()?;
    Some((first, &line[first.len_utf8()..]))
}

fn check(mutant: &Mutant) -> Result<(), String> {
    let changes = |hunk: &Hunk| !hunk.before.is_empty() && hunk.before != hunk.after;
    let wrong = if mutant.breaks.is_empty() {
        "breaks nothing"
    } else if mutant.caught_by.is_empty() != mutant.only_the_snapshot.is_some() {
        "is caught by tests, or else only by the snapshot"
    } else if mutant.hunks.is_empty() || !mutant.hunks.iter().all(changes) {
        "has a file in which nothing changes"
    } else {
        return Ok(());
    };
    Err(format!("{} {wrong}", mutant.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "\
# Locks.

[the-row-is-not-locked]
breaks: one after the other
caught by: they_queue
caught by: they_never_overspend
file: functions/f.sql
 WHERE true
-FOR UPDATE;
+;
";

    #[test]
    fn a_mutant_is_read_as_it_is_written() {
        let mutants = parse(ONE).unwrap();
        let lines = |lines: [&str; 2]| lines.map(str::to_owned).to_vec();
        let hunk = Hunk {
            file: "functions/f.sql".to_owned(),
            before: lines(["WHERE true", "FOR UPDATE;"]),
            after: lines(["WHERE true", ";"]),
        };
        assert_eq!(
            mutants,
            [Mutant {
                name: "the-row-is-not-locked".to_owned(),
                breaks: "one after the other".to_owned(),
                caught_by: lines(["they_queue", "they_never_overspend"]),
                only_the_snapshot: None,
                hunks: vec![hunk],
            }]
        );
    }

    #[test]
    fn what_is_no_mutant_is_refused() {
        for (from, to) in [
            ("[the-row-is-not-locked]", ""),
            ("breaks: one after the other", ""),
            ("breaks", "brakes"),
            ("caught by: they_queue\ncaught by: they_never_overspend", ""),
            ("caught by: they_queue", "only the snapshot: why"),
            ("file: functions/f.sql", ""),
            ("-FOR UPDATE;\n+;", ""),
            (" WHERE true\n-FOR UPDATE;", ""),
        ] {
            assert_ne!(ONE.replace(from, to), ONE);
            assert!(parse(&ONE.replace(from, to)).is_err(), "{from:?} as {to:?}");
        }
    }
}

//! Mutants: the SQL with one promise broken, to see that a test goes red.
//!
//! They stand in `mutants/tables`, one table per area, in the notation of [`notation`]. The test suite installs the one
//! that [`VARIABLE`] names instead of the SQL as it is; the program knows nothing of them. `make mutants` goes through
//! all of them.

pub mod notation;

use std::{fs, path::Path};

/// The environment variable that names the mutant that the test suite installs.
pub const VARIABLE: &str = "TALLYSTICK_TEST_MUTANT";

/// The test that is green under every mutant: a mutant that cannot be installed turns the others red and shows nothing.
pub const CONTROL: &str = "schema::mutants::the_sql_under_test_installs";

/// The SQL with one promise broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// What was done, as in `the-customer-is-not-locked`.
    pub name: String,
    /// The promise that no longer holds.
    pub breaks: String,
    /// The tests that go red, each by the end of its path. None if only the snapshot can.
    pub caught_by: Vec<String>,
    /// Why no test of behaviour can catch it.
    pub only_the_snapshot: Option<String>,
    /// How it was done.
    pub hunks: Vec<Hunk>,
}

/// Lines of a file, and what takes their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Its path below `sql/`.
    pub file: String,
    /// Whole lines that the file has once, however far each is indented.
    pub before: Vec<String>,
    /// The lines that it has instead.
    pub after: Vec<String>,
}

impl Hunk {
    /// The file's text with the new lines. An error if it does not have the old ones exactly once.
    ///
    /// Indentation does not count: a piece of SQL that moved into a block, or out of one, is still the same piece.
    pub fn apply(&self, text: &str) -> Result<String, String> {
        let mut lines: Vec<&str> = text.lines().collect();
        let is_here = |window: &[&str]| window.iter().zip(&self.before).all(|(line, pin)| same_line(line, pin));
        let windows = lines.windows(self.before.len()).enumerate();
        let places: Vec<usize> = windows.filter(|(_, window)| is_here(window)).map(|(place, _)| place).collect();
        let [place] = places[..] else {
            return Err(format!("{} has these lines {} times: {:#?}", self.file, places.len(), self.before));
        };
        lines.splice(place..place + self.before.len(), self.after.iter().map(String::as_str));
        Ok(lines.join("\n") + "\n")
    }
}

fn same_line(line: &str, pin: &str) -> bool {
    line.trim_start() == pin.trim_start()
}

impl Mutant {
    /// The full names of the tests that are to catch it, among all tests that there are.
    pub fn catchers<'tests>(&self, tests: &'tests [String]) -> Result<Vec<&'tests str>, String> {
        let find = |named: &String| {
            let ending = format!("::{named}");
            let found: Vec<&str> = tests.iter().map(String::as_str).filter(|test| test.ends_with(&ending)).collect();
            match found[..] {
                [test] => Ok(test),
                _ => Err(format!("{}: {} tests are called {named}", self.name, found.len())),
            }
        };
        self.caught_by.iter().map(find).collect()
    }
}

/// All mutants, table by table.
pub fn all() -> Result<Vec<Mutant>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tables");
    let unreadable = |error| format!("cannot read {}: {error}", folder.display());
    let files: Result<Vec<_>, _> = fs::read_dir(&folder).map_err(unreadable)?.map(|entry| Ok(entry?.path())).collect();
    let mut files = files.map_err(unreadable)?;
    files.sort();
    let mut mutants = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(unreadable)?;
        mutants.extend(notation::parse(&text).map_err(|error| format!("{}: {error}", file.display()))?);
    }
    Ok(mutants)
}

/// The mutant of a name.
pub fn named(name: &str) -> Result<Mutant, String> {
    all()?.into_iter().find(|mutant| mutant.name == name).ok_or_else(|| format!("there is no mutant {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    fn hunk(before: &[&str], after: &[&str]) -> Hunk {
        Hunk { file: "f.sql".to_owned(), before: lines(before), after: lines(after) }
    }

    #[test]
    fn whole_lines_are_replaced() {
        assert_eq!(hunk(&["b", "c"], &["x"]).apply("a\nb\nc\nd\n").unwrap(), "a\nx\nd\n");
        assert_eq!(hunk(&["b"], &[]).apply("b\nbb\n").unwrap(), "bb\n");
    }

    #[test]
    fn lines_are_found_however_far_they_are_indented() {
        let lock = hunk(&["    ORDER BY id", "    FOR UPDATE;"], &["    ORDER BY id;"]);
        for text in ["ORDER BY id\nFOR UPDATE;\n", "        ORDER BY id\n            FOR UPDATE;\n"] {
            assert_eq!(lock.apply(text).unwrap(), "    ORDER BY id;\n");
        }
        // Within a line, white space is a part of it.
        assert!(lock.apply("ORDER  BY id\nFOR UPDATE;\n").is_err());
    }

    #[test]
    fn lines_that_differ_by_their_indentation_only_are_there_twice() {
        let error = hunk(&["b"], &["x"]).apply("b\n    b\n").unwrap_err();
        assert!(error.contains("2 times"), "{error}");
    }

    #[test]
    fn lines_that_are_not_there_exactly_once_are_an_error() {
        for text in ["a\n", "a\nb\nb\n", "a b\n", ""] {
            assert!(hunk(&["b"], &["x"]).apply(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_test_is_found_by_the_end_of_its_path() {
        let mutant = Mutant {
            name: "m".to_owned(),
            breaks: "a rule".to_owned(),
            caught_by: lines(&["a_rule_holds"]),
            only_the_snapshot: None,
            hunks: vec![hunk(&["b"], &[])],
        };
        assert_eq!(mutant.catchers(&lines(&["m::a_rule_holds", "m::not_a_rule_holds"])).unwrap(), ["m::a_rule_holds"]);
        assert!(mutant.catchers(&lines(&["m::another"])).is_err());
        assert!(mutant.catchers(&lines(&["m::a_rule_holds", "n::a_rule_holds"])).is_err());
    }

    #[test]
    fn the_tables_can_be_read() {
        assert!(!all().unwrap().is_empty());
    }
}

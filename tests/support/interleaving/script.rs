//! The notation: text in, steps out.

/// One thing that happens.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// A session sends a statement.
    Run { line: String, session: String, sql: String, expected: Expectation },
    /// A session that waited gets its answer.
    Returns { line: String, session: String, expected: Option<Vec<String>> },
}

/// What happens after a statement is sent.
#[derive(Debug, PartialEq)]
pub enum Expectation {
    /// It waits for a session, on something.
    Waits { holder: String, place: String },
    /// It returns these rows, or one error; or, if nothing is given, any rows and no error.
    Returns(Option<Vec<String>>),
}

/// The steps of a script.
pub fn parse(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("--"));
    for line in lines {
        if let Some(wait) = line.strip_prefix("waits for ") {
            let (holder, place) = wait.split_once(" on ").unwrap_or_else(|| panic!("on what? {line}"));
            let waits = Expectation::Waits { holder: holder.to_owned(), place: place.to_owned() };
            match steps.last_mut() {
                Some(Step::Run { expected: expected @ Expectation::Returns(None), .. }) => *expected = waits,
                step => panic!("{line:?} follows {step:?}"),
            }
        } else if let Some(row) = line.strip_prefix("= ").or_else(|| line.starts_with("! ").then_some(line)) {
            match steps.last_mut() {
                Some(Step::Run { expected: Expectation::Returns(rows), .. } | Step::Returns { expected: rows, .. }) => {
                    rows.get_or_insert_default().push(row.to_owned());
                }
                step => panic!("{line:?} follows {step:?}"),
            }
        } else if let Some(session) = line.strip_suffix(" returns") {
            steps.push(Step::Returns { line: line.to_owned(), session: session.to_owned(), expected: None });
        } else if let Some((session, sql)) = line.split_once(": ") {
            let (session, sql) = (session.to_owned(), sql.to_owned());
            let expected = Expectation::Returns(None);
            steps.push(Step::Run { line: line.to_owned(), session, sql, expected });
        } else {
            panic!("not a line of a script: {line:?}");
        }
    }
    steps
}

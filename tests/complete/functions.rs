//! What an SQL function needs: a caller, the right to be called, and the tests that call every function.

use super::{
    assert_complete,
    project::{UPDATE_SNAPSHOT, all, files, snapshot_lacks, text},
};

/// Readers whose routes are still to come.
const WITHOUT_A_ROUTE: [&str; 0] = [];

#[test]
fn everything_a_function_needs_is_there() {
    let rust: String = files("src", ".rs").into_iter().map(|(_, text)| text).collect();
    let sql: Vec<(String, String)> = ["sql/functions", "sql/views", "sql/policies", "sql/triggers"]
        .iter()
        .flat_map(|folder| files(folder, ".sql"))
        .collect();
    let mut missing = Vec::new();
    for (path, text) in files("sql/functions", ".sql") {
        let name = path.trim_start_matches("sql/functions/").trim_end_matches(".sql");
        let function = Function { path: &path, name, text: &text };
        missing.extend(function.grant(&rust, &sql));
        missing.extend(function.tests());
    }
    assert_complete(&missing);
}

/// A new kind of charge belongs into each of them.
#[test]
fn the_page_about_kinds_names_every_file_that_lists_the_charges_and_none_that_there_is_not() {
    let page = text("docs/adding-a-ledger-kind.md");
    let lists =
        |text: &str| text.lines().any(|line| !line.starts_with("--") && line.contains("'opening', 'fee', 'debit'"));
    let mut missing = Vec::new();
    for folder in ["sql/functions", "sql/views", "sql/verify", "sql/queries"] {
        for (path, text) in files(folder, ".sql") {
            let name = path.rsplit('/').next().unwrap_or_default();
            if lists(&text) && !page.contains(&format!("{name}`")) {
                missing.push(format!("docs/adding-a-ledger-kind.md: {path}"));
            }
        }
    }
    for path in all(r"`((?:sql|src|tests|mutants|torture|bench|docs)/[^`]*)`", &page) {
        let names = all(r"\{(.*)\}", &path).first().cloned().unwrap_or_default();
        for name in names.split(',') {
            let path = path.replace(&format!("{{{names}}}"), name);
            if !std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&path).exists() {
                missing.push(format!("docs/adding-a-ledger-kind.md: there is no {path}"));
            }
        }
    }
    assert_complete(&missing);
}

struct Function<'a> {
    path: &'a str,
    name: &'a str,
    text: &'a str,
}

impl Function<'_> {
    fn grant(&self, rust: &str, sql: &[(String, String)]) -> Vec<String> {
        let Self { path, name, .. } = self;
        let mut missing = Vec::new();
        let grant = format!("GRANT EXECUTE ON FUNCTION tallystick.{name} TO tallystick_app;");
        let is_called_by_sql = sql.iter().any(|(other, text)| other != path && calls(text, name));
        let is_called_by_rust = rust.contains(&format!("\"{name}(")) || rust.contains(&format!("tallystick.{name}("));
        if is_called_by_rust && !self.text.contains(&grant) {
            missing.push(format!("{path}: {grant}"));
        }
        // Signed-in users of a Supabase-style database call some functions that the server does not.
        let is_users = text("sql/grants/supabase.sql").contains(&format!("tallystick.{name}"));
        if WITHOUT_A_ROUTE.contains(name) {
            assert!(!is_called_by_rust, "{name} has a route now");
        } else if !is_called_by_rust && !is_called_by_sql && !is_users {
            missing.push(format!("src/db: a call of {name}: nothing calls it"));
        }
        missing
    }

    fn tests(&self) -> Vec<String> {
        let Self { path, name, .. } = self;
        let mut missing = Vec::new();
        if snapshot_lacks(&format!("function tallystick.{name}(")) {
            missing.push(format!("{UPDATE_SNAPSHOT} ({name})"));
        }
        let file = path.trim_start_matches("sql/");
        let mutants = files("mutants/tables", ".mutants");
        // The triggers that call it are broken in facts.mutants.
        if *name != "refuse_change" && !mutants.iter().any(|(_, text)| text.contains(&format!("file: {file}"))) {
            missing.push(format!("mutants/tables: no mutant breaks a promise of {path}"));
        }
        // With row level security off, the function must name its business all the same.
        let is_servers = self.text.contains("TO tallystick_app;");
        let takes_a_business = !all(r"(?s)FUNCTION tallystick\.\w+\(\s*(p_business_id)", self.text).is_empty();
        if is_servers && takes_a_business && !text("tests/isolation/twins.rs").contains(&format!("\"{name}(")) {
            missing.push(format!("tests/isolation/twins.rs: CALLS has no call of {name}"));
        }
        missing
    }
}

fn calls(text: &str, name: &str) -> bool {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    code.contains(&format!("tallystick.{name}("))
}

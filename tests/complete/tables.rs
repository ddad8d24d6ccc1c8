//! What a table needs: in its migration, in the lists that are explicit on purpose, and in the tests.

use tallystick::schema::migrate::{MigrateOptions, migrate};
use tallystick_mutants::all as all_mutants;

use super::{
    assert_complete,
    project::{UPDATE_SNAPSHOT, all, files, snapshot_lacks, text},
};
use crate::support::{
    actor::Actor,
    fresh_database::FreshDatabase,
    source::source,
    tables::{FACTS, TENANT_TABLES},
    two_businesses::{THEIR_IDS, two_businesses},
};

#[tokio::test]
async fn everything_a_table_needs_is_there() {
    let migrations: String = files("sql/migrations", ".sql").into_iter().map(|(_, text)| text).collect();
    let dropped = all(r"DROP TABLE (?:IF EXISTS )?tallystick\.(\w+)", &migrations);
    let mut missing = Vec::new();
    for name in all(r"CREATE TABLE tallystick\.(\w+)", &migrations) {
        if !dropped.contains(&name) {
            let table = Table { migrations: &migrations, name: &name };
            missing.extend(table.migration());
            missing.extend(table.lists());
            missing.extend(table.tests());
        }
    }
    missing.extend(views());
    missing.extend(installed().await);
    assert_complete(&missing);
}

struct Table<'a> {
    migrations: &'a str,
    name: &'a str,
}

impl Table<'_> {
    fn is_fact(&self) -> bool {
        self.migrations.contains(&format!("COMMENT ON TABLE tallystick.{} IS 'fact", self.name))
    }

    fn migration(&self) -> Vec<String> {
        let Self { migrations, name } = self;
        [
            (
                format!(r"CREATE TABLE tallystick\.{name} \(\s*(business_id uuid NOT NULL),"),
                "business_id uuid NOT NULL, first",
            ),
            (
                format!(r"(ALTER TABLE tallystick\.{name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;)"),
                "ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            ),
            (
                format!(r"(COMMENT ON TABLE tallystick\.{name} IS '(?:fact|state)(?:, server only)?: )"),
                "COMMENT ON TABLE … IS 'fact: …' or 'state: …'",
            ),
        ]
        .into_iter()
        .filter(|(pattern, _)| all(pattern, migrations).is_empty())
        .map(|(_, what)| format!("sql/migrations: {name}: {what}"))
        .collect()
    }

    /// Lists that are explicit because their order matters, or because an audit must not trust what it audits.
    fn lists(&self) -> Vec<String> {
        let Self { name, .. } = self;
        let mut missing = Vec::new();
        let quoted = format!("'{name}'");
        if !text("sql/locks.sql").contains(&quoted) {
            missing.push(format!("sql/locks.sql: {quoted}, in the order of the functions"));
        }
        // The audit looks for the business of every row in this one.
        if *name != "businesses" && !text("sql/queries/tenant_rows.sql").contains(&quoted) {
            missing.push(format!("sql/queries/tenant_rows.sql: {quoted}"));
        }
        if self.is_fact() && !text("sql/verify/triggers.sql").contains(&quoted) {
            missing.push(format!("sql/verify/triggers.sql: {quoted} among the facts"));
        }
        if !text("sql/verify/copies.sql").contains(&quoted) {
            missing.push(format!("sql/verify/copies.sql: {quoted} with the columns by which a copy is recognised"));
        }
        if !files("sql/verify", ".sql").iter().any(|(_, text)| text.contains(&format!("tallystick.{name} AS"))) {
            missing.push(format!(
                "sql/verify/{name}.sql, and its line in src/verify/checks.rs: what its rows must add up to"
            ));
        }
        if snapshot_lacks(&format!("table tallystick.{name}")) {
            missing.push(format!("{UPDATE_SNAPSHOT} ({name})"));
        }
        missing
    }

    fn tests(&self) -> Vec<String> {
        let Self { name, .. } = self;
        let mut missing = Vec::new();
        if !TENANT_TABLES.contains(name) {
            missing.push(format!("tests/support/tables.rs: TENANT_TABLES has no \"{name}\""));
        }
        if self.is_fact() && !FACTS.contains(name) {
            missing.push(format!("tests/support/tables.rs: FACTS has no \"{name}\""));
        }
        let damages = files("tests/verify/damages", ".rs");
        if !damages.iter().any(|(_, text)| text.contains(&format!("tallystick.{name}"))) {
            missing.push(format!("tests/verify/damages: no damage to {name} is planted"));
        }
        let breaks = |line: &str| {
            let mutants = all_mutants().unwrap();
            mutants
                .iter()
                .flat_map(|mutant| &mutant.hunks)
                .any(|hunk| hunk.before.iter().any(|pin| pin.starts_with(line)))
        };
        if !breaks(&format!("ALTER TABLE tallystick.{name} ENABLE ROW LEVEL SECURITY")) {
            missing.push(format!("mutants/tables/isolation.mutants: no mutant opens {name} to its owner"));
        }
        if self.is_fact() && !breaks(&format!("COMMENT ON TABLE tallystick.{name} IS 'fact")) {
            missing.push(format!("mutants/tables/facts.mutants: no mutant lets rows of {name} be changed"));
        }
        missing
    }
}

fn views() -> Vec<String> {
    let names = files("sql/views", ".sql").into_iter().map(|(path, _)| path);
    let names = names.map(|path| path.trim_start_matches("sql/views/").trim_end_matches(".sql").to_owned());
    let locks = text("sql/locks.sql");
    names
        .filter(|name| !locks.contains(&format!("'{name}'")))
        .map(|name| format!("sql/locks.sql: '{name}' among the views"))
        .collect()
}

/// What can be seen only once the schema is installed.
async fn installed() -> Vec<String> {
    let empty = FreshDatabase::create().await;
    if let Err(error) = migrate(&empty.url(), &source(), MigrateOptions::default(), &mut |_| {}).await {
        return vec![format!("tallystick migrate fails: {error}")];
    }
    let superuser = Actor::superuser(&two_businesses().await).await;
    let relations = "SELECT oid::regclass::text FROM pg_class
                     WHERE relnamespace = 'tallystick'::regnamespace AND relkind IN ('r', 'p', 'v')";
    let mut missing = Vec::new();
    for row in superuser.rows(relations).await {
        let relation = row[0].as_deref().unwrap();
        let theirs = format!("SELECT count(*) FROM {relation} AS each WHERE each::text LIKE '%{THEIR_IDS}%'");
        if superuser.value(&theirs).await == "0" {
            missing.push(format!("tests/support/two_businesses.rs: planting() leaves {relation} empty"));
        }
    }
    missing
}

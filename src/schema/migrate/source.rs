//! The SQL that `migrate` applies, as a value. Tests pass their own, and the program passes [`embedded`](super::embedded).

use std::{borrow::Cow, collections::BTreeMap, fmt::Write as _};

use sha2::{Digest, Sha256};

/// One SQL file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its path below `sql/`, as errors show it.
    pub path: Cow<'static, str>,
    /// Its text: statements separated by semicolons, none of which may end the transaction or change the role.
    pub sql: Cow<'static, str>,
}

/// One step, `migrations/0007_name.sql`. From the first release that ships it, it never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its number. The first is 1, and none is left out.
    pub version: i32,
    /// Its name, without number and ending.
    pub name: String,
    /// The file.
    pub script: Script,
}

/// All SQL of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Creates roles and the schema, as the migrating user. Each run applies it first.
    pub roles: Script,
    /// Run once each, as `tallystick_owner`.
    pub migrations: Vec<Migration>,
    /// Current code, applied in this order as `tallystick_owner`. All of it is applied again when any of it changes.
    pub code: Vec<Script>,
    /// What only the database's owner may do, as the migrating user, after the code.
    pub database: Script,
    /// The catalogue that all of it makes, as `sql/schema.snapshot.sql` writes it. With it, `migrate` tells a restored or
    /// altered database from a good one. A source without it is judged by its bookkeeping alone.
    pub catalogue: Option<&'static str>,
    /// The migrations that releases have shipped: the hash of each, by its path. None before the first release.
    pub released: BTreeMap<String, String>,
}

/// Why a set of files is not a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// A migration's file name is not `0001_name.sql`.
    #[error("sql/{0} must be named like migrations/0001_what_it_does.sql")]
    Name(String),
    /// A number is missing, or two migrations have it.
    #[error("sql/{path} should be migration number {expected}")]
    Sequence {
        /// The file that is out of step.
        path: String,
        /// The number that comes next.
        expected: i32,
    },
    /// A line of the list of released migrations is not as `sha256sum` writes it.
    #[error("sql/released_migrations.txt has a line that is no hash and path: {0}")]
    Released(String),
}

impl Script {
    /// A script from any text.
    pub fn new(path: impl Into<Cow<'static, str>>, sql: impl Into<Cow<'static, str>>) -> Self {
        Self { path: path.into(), sql: sql.into() }
    }

    /// The SHA-256 of the text, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hasher = Sha256::new();
        self.feed(&mut hasher);
        hexadecimal(&hasher.finalize())
    }

    /// Line endings do not count: a checkout with Windows line endings has the same hash.
    fn feed(&self, hasher: &mut Sha256) {
        for line in self.sql.split_inclusive('\n') {
            match line.strip_suffix("\r\n") {
                Some(content) => {
                    hasher.update(content);
                    hasher.update("\n");
                }
                None => hasher.update(line),
            }
        }
    }
}

impl Migration {
    /// A migration from a script whose path says number and name.
    pub fn from_script(script: Script) -> Result<Self, SourceError> {
        let wrong = || SourceError::Name(script.path.to_string());
        let stem = script.path.rsplit('/').next().and_then(|file| file.strip_suffix(".sql")).ok_or_else(wrong)?;
        let (digits, name) = stem.split_once('_').ok_or_else(wrong)?;
        if digits.len() != 4 || !digits.bytes().all(|digit| digit.is_ascii_digit()) || name.is_empty() {
            return Err(wrong());
        }
        let version = digits.parse().map_err(|_| wrong())?;
        Ok(Self { version, name: name.to_owned(), script })
    }
}

impl Source {
    /// A source whose migrations are numbered 1, 2, 3 … in order.
    pub fn new(
        roles: Script,
        migrations: Vec<Script>,
        code: Vec<Script>,
        database: Script,
    ) -> Result<Self, SourceError> {
        let migrations: Vec<_> = migrations.into_iter().map(Migration::from_script).collect::<Result<_, _>>()?;
        for (expected, migration) in (1..).zip(&migrations) {
            if migration.version != expected {
                return Err(SourceError::Sequence { path: migration.script.path.to_string(), expected });
            }
        }
        Ok(Self { roles, migrations, code, database, catalogue: None, released: BTreeMap::new() })
    }

    /// The same source with a list of released migrations: lines as `sha256sum` writes them, and comments that begin with `#`.
    pub fn with_released(self, list: &str) -> Result<Self, SourceError> {
        let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let released = lines.map(|line| match line.split_once("  ") {
            Some((sha256, path)) if sha256.len() == 64 => Ok((path.to_owned(), sha256.to_owned())),
            _ => Err(SourceError::Released(line.to_owned())),
        });
        Ok(Self { released: released.collect::<Result<_, _>>()?, ..self })
    }

    /// The paths of the migrations that a release has shipped and that this source lacks, or has another text of.
    #[must_use]
    pub fn changed_after_release(&self) -> Vec<&str> {
        let is_the_same = |path: &str, sha256: &str| {
            self.migrations.iter().any(|one| one.script.path == path && one.script.sha256() == sha256)
        };
        let changed = self.released.iter().filter(|(path, sha256)| !is_the_same(path, sha256));
        changed.map(|(path, _)| path.as_str()).collect()
    }

    /// What the migrations say of each table as a whole: its comment, and that its row level security is forced. To be said
    /// again before anything follows from it, because `pg_dump --no-comments` and `--no-policies` lose it.
    pub(super) fn tables(&self) -> Option<Script> {
        let said = self.migrations.iter().flat_map(|migration| statements_on_tables(&migration.script.sql));
        // The last word on a table counts.
        let last: BTreeMap<_, _> = said.map(|said| ((said.table, said.kind), said.sql)).collect();
        let mut body = String::new();
        for ((table, _), sql) in &last {
            // Writing to a String cannot fail.
            _ = write!(body, "IF pg_catalog.to_regclass('{table}') IS NOT NULL THEN\n{sql}\nEND IF;\n");
        }
        let script =
            || Script::new("migrations (what each table is)", format!("DO $tables$ BEGIN\n{body}END $tables$;"));
        (!last.is_empty()).then(script)
    }

    /// The SHA-256 of all scripts that are applied again when one of them changes: roles, code and database.
    #[must_use]
    pub fn code_sha256(&self) -> String {
        let mut hasher = Sha256::new();
        for script in [&self.roles].into_iter().chain(&self.code).chain([&self.database]) {
            // Each script counts with its own digest, so that text that moves from one file to the next is a change.
            hasher.update(script.path.as_bytes());
            hasher.update([0]);
            hasher.update(script.sha256());
        }
        hexadecimal(&hasher.finalize())
    }
}

/// A statement on a table as a whole.
struct OnTable<'text> {
    table: &'text str,
    kind: &'static str,
    sql: String,
}

const COMMENT: &str = "COMMENT ON TABLE ";
const FORCE: &str = "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;";

/// The statements that begin at a line's beginning and end at a line's end, as migrations are written.
fn statements_on_tables(sql: &str) -> Vec<OnTable<'_>> {
    let mut found = Vec::new();
    let mut lines = sql.lines();
    while let Some(first) = lines.next() {
        let (kind, rest) = match (first.strip_prefix(COMMENT), first.strip_prefix("ALTER TABLE ")) {
            (Some(rest), _) => (COMMENT, rest),
            (_, Some(rest)) => (FORCE, rest),
            _ => continue,
        };
        let mut statement = first.trim_end().to_owned();
        while !statement.ends_with(';') {
            let Some(line) = lines.next() else { break };
            statement.extend(["\n", line.trim_end()]);
        }
        let table = rest.split_whitespace().next().unwrap_or_default();
        if kind == COMMENT || statement.split_whitespace().collect::<Vec<_>>().join(" ").ends_with(FORCE) {
            found.push(OnTable { table, kind, sql: statement });
        }
    }
    found
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(migrations: &[&'static str]) -> Result<Source, SourceError> {
        let migrations = migrations.iter().map(|path| Script::new(*path, "SELECT 1;")).collect();
        Source::new(Script::new("roles.sql", ""), migrations, Vec::new(), Script::new("database.sql", ""))
    }

    #[test]
    fn a_migration_is_numbered_by_its_file_name() {
        let source = source(&["migrations/0001_tables.sql", "migrations/0002_more_tables.sql"]).unwrap();
        let named: Vec<_> = source.migrations.iter().map(|one| (one.version, one.name.as_str())).collect();
        assert_eq!(named, [(1, "tables"), (2, "more_tables")]);
    }

    #[test]
    fn a_migration_left_out_or_doubled_is_refused() {
        for paths in [&["migrations/0002_x.sql"][..], &["migrations/0001_x.sql", "migrations/0001_y.sql"]] {
            assert!(matches!(source(paths), Err(SourceError::Sequence { .. })), "{paths:?}");
        }
        for path in ["migrations/1_x.sql", "migrations/0001.sql", "migrations/0001_.sql", "migrations/0001_x.txt"] {
            assert!(matches!(source(&[path]), Err(SourceError::Name(_))), "{path}");
        }
    }

    #[test]
    fn a_released_migration_that_changed_or_is_gone_is_named() {
        let source = source(&["migrations/0001_x.sql", "migrations/0002_y.sql"]).unwrap();
        let released = source.migrations[0].script.sha256();
        let with = |list: String| source.clone().with_released(&list).unwrap();
        let changed = |list: String| with(list).changed_after_release().join(" ");
        assert_eq!(changed("# none\n".to_owned()), "");
        assert_eq!(changed(format!("# one\n{released}  migrations/0001_x.sql\n")), "");
        assert_eq!(changed(format!("{}  migrations/0001_x.sql", "0".repeat(64))), "migrations/0001_x.sql");
        assert_eq!(changed(format!("{released}  migrations/0001_other.sql")), "migrations/0001_other.sql");
        for line in ["migrations/0001_x.sql", "abc  migrations/0001_x.sql"] {
            assert!(matches!(source.clone().with_released(line), Err(SourceError::Released(_))), "{line}");
        }
    }

    #[test]
    fn the_last_word_on_a_table_is_said_again() {
        let first = "CREATE TABLE s.a (x integer);\n\
                     ALTER TABLE s.a ENABLE ROW LEVEL SECURITY,\n    FORCE ROW LEVEL SECURITY;\n\
                     ALTER TABLE s.a NO FORCE ROW LEVEL SECURITY;\n\
                     COMMENT ON TABLE s.a IS 'fact: one';\n";
        let second = "COMMENT ON TABLE s.a IS\n    'state: it''s another';\nALTER TABLE s.a ADD COLUMN y integer;\n";
        let migrations =
            vec![Script::new("migrations/0001_a.sql", first), Script::new("migrations/0002_b.sql", second)];
        let source = Source::new(Script::new("roles.sql", ""), migrations, vec![], Script::new("d.sql", "")).unwrap();
        let said = source.tables().unwrap().sql;
        assert!(said.contains("COMMENT ON TABLE s.a IS\n    'state: it''s another';"), "{said}");
        assert!(said.contains("ENABLE ROW LEVEL SECURITY,\n    FORCE ROW LEVEL SECURITY;"), "{said}");
        for absent in ["fact: one", "NO FORCE", "COLUMN"] {
            assert!(!said.contains(absent), "{said}");
        }
        assert_eq!(super::Source { migrations: vec![], ..source }.tables(), None);
    }

    #[test]
    fn line_endings_do_not_change_the_hash_and_anything_else_does() {
        let hash = |sql: &'static str| Script::new("x.sql", sql).sha256();
        assert_eq!(hash("a;\r\nb;\r\n"), hash("a;\nb;\n"));
        assert_ne!(hash("a;\nb;\n"), hash("a;\nb;"));
        assert_ne!(hash("a;\rb;"), hash("a;\nb;"));
        // The published test vector: this fails if the algorithm changes.
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn text_moved_between_files_changes_the_code_hash() {
        let with = |first: &'static str, second: &'static str| {
            let code = vec![Script::new("a.sql", first), Script::new("b.sql", second)];
            Source::new(Script::new("roles.sql", ""), Vec::new(), code, Script::new("database.sql", ""))
                .unwrap()
                .code_sha256()
        };
        assert_ne!(with("x", ""), with("", "x"));
        assert_eq!(with("x", "y"), with("x", "y"));
    }
}

//! What the database records about its own installation, in schema `tallystick_migrate`, and what follows from it.
//!
//! The judgement is pure: [`History::pending`] compares the record with a source and does not touch the database.

use std::fmt;

use tokio_postgres::{Client, Error};

use super::source::{Migration, Source};

/// Makes the bookkeeping tables. Runs as `tallystick_owner`, repeatedly.
pub(super) const TABLES: &str = include_str!("../../../sql/bookkeeping.sql");

/// What was applied to a database, as it recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// The migrations, in order.
    pub migrations: Vec<RecordedMigration>,
    /// The hash of the current code, unless none was ever applied.
    pub code_sha256: Option<String>,
}

/// One migration as the database recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedMigration {
    /// Its number.
    pub version: i32,
    /// Its name.
    pub name: String,
    /// The hash of its text when it was applied, in hexadecimal.
    pub sha256: String,
}

/// How a database's history differs from this program's. Only the right program can continue it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryError {
    /// The database was made by a text of a migration that no release has: by a development version.
    Unreleased {
        /// Its number.
        version: i32,
        /// Its name.
        name: String,
    },
    /// A migration was edited after a release had shipped it.
    Edited {
        /// Its number.
        version: i32,
        /// Its name.
        name: String,
        /// The hash recorded when it was applied.
        recorded: String,
        /// The hash of the file now.
        found: String,
    },
    /// The database has a migration that comes after all of this program's.
    NewerDatabase {
        /// Its number.
        version: i32,
        /// Its name.
        name: String,
    },
    /// The database has a migration that this program lacks, although it has later ones.
    UnknownMigration {
        /// Its number.
        version: i32,
        /// Its name.
        name: String,
    },
    /// The database lacks a migration, although it has later ones.
    Skipped {
        /// Its number.
        version: i32,
        /// Its name.
        name: String,
    },
}

impl std::error::Error for HistoryError {}

impl fmt::Display for HistoryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreleased { version, name } => write!(
                formatter,
                "the database was made by a development version of tallystick: no release has its migration \
                 {version:04}_{name}. It cannot be upgraded. Use a new database. If tallystick started the PostgreSQL, move its \
                 data folder away, or name another one with --data-dir (TALLYSTICK_DATA_DIR)"
            ),
            Self::Edited { version, name, recorded, found } => write!(
                formatter,
                "migration {version:04}_{name} was edited after a release had shipped it (recorded {recorded}, now \
                 {found}); restore the file and put the change into a new migration"
            ),
            Self::NewerDatabase { version, name } => write!(
                formatter,
                "the database has migration {version:04}_{name}, which is newer than this tallystick; upgrade the \
                 program"
            ),
            Self::UnknownMigration { version, name } => write!(
                formatter,
                "the database has migration {version:04}_{name}, which this tallystick does not know; it was made by \
                 another line of releases"
            ),
            Self::Skipped { version, name } => write!(
                formatter,
                "the database lacks migration {version:04}_{name}, although it has later ones; its bookkeeping in \
                 schema tallystick_migrate was altered"
            ),
        }
    }
}

impl History {
    /// The migrations of `source` that are still to be applied, or why they cannot be.
    pub fn pending<'source>(&self, source: &'source Source) -> Result<&'source [Migration], HistoryError> {
        for recorded in &self.migrations {
            let known = source.migrations.iter().find(|known| known.version == recorded.version);
            let (version, name) = (recorded.version, recorded.name.clone());
            let Some(known) = known else {
                let last = source.migrations.last().map_or(0, |last| last.version);
                return Err(if version > last {
                    HistoryError::NewerDatabase { version, name }
                } else {
                    HistoryError::UnknownMigration { version, name }
                });
            };
            let found = known.script.sha256();
            if found != recorded.sha256 {
                // What a release has shipped stays as it is. So if this program's text is the released one, or none is released yet,
                // then the database's text is that of no release.
                let is_edited = source.released.get(&*known.script.path).is_some_and(|released| *released != found);
                return Err(if is_edited {
                    HistoryError::Edited { version, name, recorded: recorded.sha256.clone(), found }
                } else {
                    HistoryError::Unreleased { version, name }
                });
            }
        }
        // Each recorded migration is known, and the source has no holes. So the first difference in number is a gap.
        for (known, recorded) in source.migrations.iter().zip(&self.migrations) {
            if known.version != recorded.version {
                return Err(HistoryError::Skipped { version: known.version, name: known.name.clone() });
            }
        }
        Ok(source.migrations.get(self.migrations.len()..).unwrap_or_default())
    }

    /// Whether tallystick was ever installed in this database. Any role may ask this.
    pub(in crate::schema) async fn exists(client: &Client) -> Result<bool, Error> {
        // By the catalogue, because to_regclass() fails for a role that may not use the schema.
        let query = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS t \
                     JOIN pg_catalog.pg_namespace AS s ON s.oid = t.relnamespace \
                     WHERE s.nspname = 'tallystick_migrate' AND t.relname = 'current_code')";
        client.query_one(query, &[]).await?.try_get(0)
    }

    /// Whether the bookkeeping is tables of a role that may decide here. A view that somebody prepared would run that role's code
    /// with the rights of whoever reads it.
    pub(in crate::schema) async fn is_ours(client: &Client) -> Result<bool, Error> {
        let query = "SELECT count(*) = 2 FROM pg_catalog.pg_class AS t \
                     JOIN pg_catalog.pg_namespace AS s ON s.oid = t.relnamespace \
                     JOIN pg_catalog.pg_roles AS o ON o.oid = t.relowner \
                     WHERE s.nspname = 'tallystick_migrate' AND t.relname IN ('migrations', 'current_code') \
                       AND t.relkind = 'r' \
                       AND (o.rolname IN ('tallystick_owner', current_user) OR o.rolsuper)";
        client.query_one(query, &[]).await?.try_get(0)
    }

    /// Reads the bookkeeping; it must [exist](Self::exists).
    pub(crate) async fn read(client: &Client) -> Result<Self, Error> {
        let migrations = client
            .query("SELECT version, name, sha256 FROM tallystick_migrate.migrations ORDER BY version", &[])
            .await?
            .iter()
            .map(|row| {
                Ok(RecordedMigration { version: row.try_get(0)?, name: row.try_get(1)?, sha256: row.try_get(2)? })
            })
            .collect::<Result<_, Error>>()?;
        let code = client.query_opt("SELECT sha256 FROM tallystick_migrate.current_code", &[]).await?;
        let code_sha256 = code.map(|row| row.try_get(0)).transpose()?;
        Ok(Self { migrations, code_sha256 })
    }
}

/// Writes down that `migration` was applied.
pub(super) async fn record_migration(client: &Client, migration: &Migration) -> Result<(), Error> {
    let insert = "INSERT INTO tallystick_migrate.migrations (version, name, sha256, tallystick_version) \
                  VALUES ($1, $2, $3, $4)";
    let sha256 = migration.script.sha256();
    client.execute(insert, &[&migration.version, &migration.name, &sha256, &env!("CARGO_PKG_VERSION")]).await.map(drop)
}

/// Records which code the database has now.
pub(super) async fn record_code(client: &Client, sha256: &str) -> Result<(), Error> {
    let upsert = "INSERT INTO tallystick_migrate.current_code (sha256, tallystick_version) VALUES ($1, $2) \
                  ON CONFLICT (only_row) DO UPDATE SET sha256 = excluded.sha256, applied_at = now(), \
                  tallystick_version = excluded.tallystick_version";
    client.execute(upsert, &[&sha256, &env!("CARGO_PKG_VERSION")]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::{super::source::Script, *};

    fn source(texts: &[&'static str]) -> Source {
        let migrations =
            (1..).zip(texts).map(|(number, sql)| Script::new(format!("migrations/{number:04}_step.sql"), *sql));
        let empty = || Script::new("empty.sql", "");
        Source::new(empty(), migrations.collect(), Vec::new(), empty()).unwrap()
    }

    fn history(versions: &[i32], source: &Source) -> History {
        let migrations = versions.iter().map(|version| {
            let known = source.migrations.iter().find(|known| known.version == *version);
            let sha256 = known.map_or_else(|| "0".repeat(64), |known| known.script.sha256());
            RecordedMigration { version: *version, name: "step".to_owned(), sha256 }
        });
        History { migrations: migrations.collect(), code_sha256: None }
    }

    #[test]
    fn what_is_not_recorded_is_pending() {
        let source = source(&["a", "b", "c"]);
        for (applied, expected) in [(&[][..], &[1, 2, 3][..]), (&[1, 2], &[3]), (&[1, 2, 3], &[])] {
            let pending = history(applied, &source);
            let pending: Vec<_> = pending.pending(&source).unwrap().iter().map(|one| one.version).collect();
            assert_eq!(pending, expected);
        }
    }

    #[test]
    fn a_migration_that_was_edited_after_its_release_is_refused() {
        let released = source(&["a", "b"]);
        let list = released.migrations.iter().map(|one| format!("{}  {}\n", one.script.sha256(), one.script.path));
        let edited = source(&["a", "B"]).with_released(&list.collect::<String>()).unwrap();
        let error = history(&[1, 2], &released).pending(&edited).unwrap_err();
        assert!(matches!(error, HistoryError::Edited { version: 2, .. }), "{error}");
    }

    #[test]
    fn a_database_with_a_text_that_no_release_has_was_made_by_a_development_version() {
        let released = source(&["a", "b"]);
        let one = &released.migrations[0].script;
        // Before the first release; when the first migration is released; and of the one after it.
        for (list, development) in [
            (String::new(), &["A", "b"]),
            (format!("{}  {}", one.sha256(), one.path), &["A", "b"]),
            (format!("{}  {}", one.sha256(), one.path), &["a", "B"]),
        ] {
            let version = if development[0] == "A" { 1 } else { 2 };
            let program = released.clone().with_released(&list).unwrap();
            let error = history(&[1, 2], &source(development)).pending(&program).unwrap_err();
            assert_eq!(error, HistoryError::Unreleased { version, name: "step".to_owned() });
        }
    }

    #[test]
    fn a_development_database_that_is_ahead_is_told_what_it_is() {
        let error = history(&[1, 2, 3], &source(&["A", "b", "c"])).pending(&source(&["a"])).unwrap_err();
        assert!(matches!(error, HistoryError::Unreleased { version: 1, .. }), "{error}");
    }

    #[test]
    fn a_database_that_is_ahead_is_refused() {
        let error = history(&[1, 2, 3], &source(&["a", "b", "c"])).pending(&source(&["a", "b"])).unwrap_err();
        assert!(matches!(error, HistoryError::NewerDatabase { version: 3, .. }), "{error}");
    }

    #[test]
    fn a_hole_in_the_database_is_refused() {
        let source = source(&["a", "b", "c"]);
        let error = history(&[1, 3], &source).pending(&source).unwrap_err();
        assert!(matches!(error, HistoryError::Skipped { version: 2, .. }), "{error}");
    }

    #[test]
    fn a_recorded_migration_below_ours_that_we_lack_is_refused() {
        let source = source(&["a", "b"]);
        let error = history(&[0, 1, 2], &source).pending(&source).unwrap_err();
        assert!(matches!(error, HistoryError::UnknownMigration { version: 0, .. }), "{error}");
    }
}

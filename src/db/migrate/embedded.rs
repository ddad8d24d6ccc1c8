//! The SQL files that this program carries.
//!
//! Every file of the listed folders of `sql/` has its line here, and a test holds the list against the folders. A
//! macro that reads a folder by itself would not notice a new file until something else is compiled.

use super::source::{Script, Source, SourceError};

/// Path below `sql/`, and text.
type File = (&'static str, &'static str);

macro_rules! embed {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/", $path)))),*]
    };
}

const MIGRATIONS: &[File] = embed![];

/// In the order of application; within a folder by name.
const CODE: &[&[File]] = &[FUNCTIONS, VIEWS, TRIGGERS, POLICIES, GRANTS];

const FUNCTIONS: &[File] = embed![];

const VIEWS: &[File] = embed![];

const TRIGGERS: &[File] = embed![];

const POLICIES: &[File] = embed![];

const GRANTS: &[File] = embed![];
/// The SQL of this release. It fails only if a migration is misnamed, which a test rules out.
pub fn source() -> Result<Source, SourceError> {
    let scripts = |files: &[File]| files.iter().map(|(path, sql)| Script::new(*path, *sql)).collect::<Vec<_>>();
    Source::new(
        Script::new("roles.sql", include_str!("../../../sql/roles.sql")),
        scripts(MIGRATIONS),
        CODE.iter().flat_map(|files| scripts(files)).collect(),
        Script::new("database.sql", include_str!("../../../sql/database.sql")),
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_list_is_the_folder() {
        for (folder, listed) in [
            ("migrations", MIGRATIONS),
            ("functions", FUNCTIONS),
            ("views", VIEWS),
            ("triggers", TRIGGERS),
            ("policies", POLICIES),
            ("grants", GRANTS),
        ] {
            let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql").join(folder);
            let mut found: Vec<String> = std::fs::read_dir(&directory)
                .into_iter()
                .flatten()
                .map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()))
                .collect();
            found.sort();
            let listed: Vec<&str> = listed.iter().map(|(path, _)| *path).collect();
            assert_eq!(listed, found, "sql/{folder} and its list in embedded.rs, sorted by name");
        }
    }

    #[test]
    fn the_files_are_a_source() {
        source().unwrap();
    }
}

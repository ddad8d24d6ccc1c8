//! The SQL files that this program carries.
//!
//! `build.rs` lists every file of the folders of `sql/`; a test holds the lists against the folders.

use super::source::{Script, Source, SourceError};
use crate::verify::catalogue::SNAPSHOT;

/// Path below `sql/`, and text.
type File = (&'static str, &'static str);

// MIGRATIONS, VIEWS, FUNCTIONS, TRIGGERS, POLICIES and GRANTS, each sorted by name.
include!(concat!(env!("OUT_DIR"), "/embedded_sql.rs"));

/// What was granted before is taken back, before the files grant it again.
const REVOKES: &[File] = &[("revokes.sql", include_str!("../../../sql/revokes.sql"))];

/// In the order of application; within a folder by name. Functions return rows of views, so views come first and call none.
const CODE: &[&[File]] = &[REVOKES, VIEWS, FUNCTIONS, TRIGGERS, POLICIES, GRANTS];

/// The SQL of this release. It fails only if a file is misnamed or miswritten, which a test rules out.
pub fn source() -> Result<Source, SourceError> {
    let scripts = |files: &[File]| files.iter().map(|(path, sql)| Script::new(*path, *sql)).collect::<Vec<_>>();
    let source = Source::new(
        Script::new("roles.sql", include_str!("../../../sql/roles.sql")),
        scripts(MIGRATIONS),
        CODE.iter().flat_map(|files| scripts(files)).collect(),
        Script::new("database.sql", include_str!("../../../sql/database.sql")),
    )?;
    let source = source.with_released(include_str!("../../../sql/released_migrations.txt"))?;
    Ok(Source { catalogue: Some(SNAPSHOT), ..source })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_list_is_its_folder() {
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
            assert_eq!(listed, found, "sql/{folder} and the list that build.rs made, sorted by name");
        }
    }

    #[test]
    fn the_files_are_a_source_and_no_release_had_other_migrations() {
        assert_eq!(source().unwrap().changed_after_release(), [""; 0]);
    }
}

//! The project's own files.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the project.
pub fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file of a folder and its folders that has this ending: its path in the project, and its text.
pub fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&root().join(folder), ending, &mut found);
    found.sort();
    assert!(!found.is_empty(), "{folder} has no {ending}");
    let path = |path: &PathBuf| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    found.iter().map(|file| (path(file), fs::read_to_string(file).unwrap())).collect()
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, ending, found);
        } else if path.to_str().unwrap().ends_with(ending) {
            found.push(path);
        }
    }
}

/// Every first group of a pattern in a text.
pub fn all(pattern: &str, text: &str) -> Vec<String> {
    regex::Regex::new(pattern).unwrap().captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// The catalogue's snapshot lacks a line that begins so.
pub fn snapshot_lacks(beginning: &str) -> bool {
    !text("sql/schema.snapshot.sql").lines().any(|line| line.starts_with(beginning))
}

/// How the snapshot is brought up to date.
pub const UPDATE_SNAPSHOT: &str = "sql/schema.snapshot.sql: UPDATE_SNAPSHOTS=1 cargo test schema";

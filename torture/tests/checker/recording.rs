//! A run that is written and read is the same.

use std::fs;

use tallystick_torture::recording::{load, save};

use crate::generate::{SMALL, generate};

#[test]
fn a_run_comes_back_from_its_file_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let (history, books) = generate(3, SMALL);
    save(&path, &history, &books).unwrap();
    assert_eq!(load(&path).unwrap(), (history, books));

    let whole = fs::read_to_string(&path).unwrap();
    let cut = whole.trim_end().rsplit_once('\n').unwrap().0;
    fs::write(&path, cut).unwrap();
    assert!(load(&path).unwrap_err().to_string().ends_with("ends too early"));
    let without_one = whole.split_once('\n').unwrap().1;
    fs::write(&path, without_one).unwrap();
    assert!(load(&path).is_err());
}

//! Where settings come from, and the help texts.

use super::program::{program, run};
use crate::support::temp_folder::TempFolder;

#[test]
fn a_setting_comes_from_a_flag_or_else_the_environment_or_else_the_file() {
    let folder = TempFolder::created();
    let file = folder.path().join("settings");
    let url = |database: &str| format!("postgresql://u@127.0.0.1:1/{database}");
    std::fs::write(&file, format!("# settings\nDATABASE_URL={}\n", url("of-the-file"))).unwrap();
    let file = file.to_str().unwrap();

    let complaint = run(&mut program(&["migrate", "--env-file", file])).expect_complaint(2);
    assert!(complaint.contains("of-the-file"), "{complaint}");
    let complaint = run(program(&["migrate"]).env("TALLYSTICK_ENV_FILE", file)).expect_complaint(2);
    assert!(complaint.contains("of-the-file"), "{complaint}");
    let mut both = program(&["migrate", "--env-file", file]);
    both.env("DATABASE_URL", url("of-the-environment"));
    let complaint = run(&mut both).expect_complaint(2);
    assert!(complaint.contains("of-the-environment"), "{complaint}");
    let complaint = run(both.args(["--database-url", &url("of-the-flag")])).expect_complaint(2);
    assert!(complaint.contains("of-the-flag"), "{complaint}");
}

#[test]
fn a_settings_file_that_is_not_there_is_a_clear_error() {
    let complaint = run(&mut program(&["--env-file=/nonexistent/settings", "openapi"])).expect_complaint(2);
    assert!(complaint.contains("/nonexistent/settings"), "{complaint}");
}

#[test]
fn settings_that_make_no_sense_are_refused_before_anything_starts() {
    for flags in [
        &["--listen", "somewhere"][..],
        &["--pool-size", "0"],
        &["--request-timeout", "1s", "--statement-timeout", "5s"],
        &[
            "--jwt-secret",
            "too short",
            "--jwt-issuer",
            "i",
            "--jwt-audience",
            "a",
            "--database-url",
            "postgresql://u@127.0.0.1:1/x",
        ],
        &["--jwt-secret", "long enough, long enough, long enough!"],
    ] {
        let complaint = run(&mut program(&[&["serve"], flags].concat())).expect_complaint(2);
        assert!(!complaint.contains("too short,"), "{complaint}");
    }
}

#[test]
fn help_lists_the_commands_and_shows_no_secret() {
    let help = run(program(&["serve", "--help"]).env("TALLYSTICK_ADMIN_TOKEN", "hunter2")).expect(0);
    assert!(help.contains("TALLYSTICK_ADMIN_TOKEN") && !help.contains("hunter2"), "{help}");
    let help = run(&mut program(&["--help"])).expect(0);
    for command in ["serve", "demo", "migrate", "verify", "business", "api-key", "openapi", "Exit status"] {
        assert!(help.contains(command), "{command} is not in {help}");
    }
}

#[test]
fn openapi_prints_the_document() {
    let document: serde_json::Value = serde_json::from_str(&run(&mut program(&["openapi"])).expect(0)).unwrap();
    assert_eq!(document["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
    assert!(document["paths"]["/v1/purchases"]["post"].is_object());
}

//! Where settings come from, and the help texts.

use super::program::{NO_ADDRESS, program, run};
use crate::support::{
    cluster::cluster,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    temp_folder::TempFolder,
};

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
        &["--embedded", "--database-url", "postgresql://u@127.0.0.1:1/x"],
        &["--admin-token", "too short, and in plain sight", "--database-url", "postgresql://u@127.0.0.1:1/x"],
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
        let complaint =
            run(program(&[&["serve"], flags].concat()).env("TALLYSTICK_LISTEN", NO_ADDRESS)).expect_complaint(2);
        assert!(!complaint.contains("too short,"), "{complaint}");
    }
}

#[test]
fn serve_without_a_database_asks_for_a_url_or_for_the_embedded_one() {
    let folder = TempFolder::created();
    let data = folder.path().join("data");
    for variables in [&[][..], &[("DATABASE_URL", "")], &[("TALLYSTICK_EMBEDDED", "false")]] {
        let mut serve = program(&["serve", "--listen", NO_ADDRESS, "--data-dir", data.to_str().unwrap()]);
        let complaint = run(serve.envs(variables.iter().copied())).expect_complaint(2);
        assert!(complaint.contains("--embedded") && complaint.contains("DATABASE_URL"), "{complaint}");
    }
    assert!(!data.exists());
}

#[test]
fn a_misspelt_setting_is_refused_with_the_right_name_wherever_it_comes_from() {
    let folder = TempFolder::created();
    let file = folder.path().join("settings");
    std::fs::write(&file, "TALLYSTICK_STATEMENT_TIMOUT=1s\n").unwrap();
    for command in [&["openapi"][..], &["serve"], &["migrate"]] {
        let complaint = run(program(command).env("TALLYSTICK_LISTNE", "hunter2")).expect_complaint(2);
        assert!(
            complaint.contains("TALLYSTICK_LISTNE is not a setting; did you mean TALLYSTICK_LISTEN?"),
            "{complaint}"
        );
        assert!(!complaint.contains("hunter2"), "{complaint}");
        let complaint = run(program(command).env("TALLYSTICK_ENV_FILE", &file)).expect_complaint(2);
        assert!(complaint.contains("did you mean TALLYSTICK_STATEMENT_TIMEOUT?"), "{complaint}");
    }
}

#[tokio::test]
async fn a_service_file_and_variables_say_what_the_url_leaves_out() {
    let database = FreshDatabase::installed().await;
    let folder = TempFolder::created();
    let services = folder.path().join("services");
    let url: url::Url = cluster().url(SERVER_ROLE, &database.name).parse().unwrap();
    let host = url.query_pairs().find(|(name, _)| name == "host").unwrap().1.into_owned();
    std::fs::write(&services, format!("[shop]\nhost={host}\nuser={SERVER_ROLE}\n")).unwrap();
    let mut list = program(&["business", "list"]);
    list.envs([("DATABASE_URL", "postgresql://"), ("PGSERVICE", "shop"), ("PGDATABASE", &database.name)]);
    run(list.env("PGSERVICEFILE", &services)).expect(0);
    let complaint = run(list.env("PGHOST", "ignored").env("PGDATABASE", "nowhere")).expect_complaint(2);
    assert!(complaint.contains("nowhere"), "{complaint}");
    let complaint = run(list.env("PGSERVICE", "till")).expect_complaint(2);
    assert!(complaint.contains("`till`"), "{complaint}");
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

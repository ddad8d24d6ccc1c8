//! `tallystick serve` with a `DATABASE_URL`.

use nix::sys::signal::Signal;

use super::program::{NO_ADDRESS, Running, address, operator_address, program, run};
use crate::support::{
    client::Client,
    cluster::cluster,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    proxy::Proxy,
    temp_folder::TempFolder,
};

const TOKEN: &str = "hunter2-hunter2-hunter2-hunter2-hunter2";

#[tokio::test]
async fn serve_refuses_a_superuser_and_says_how_to_make_a_better_role() {
    let database = FreshDatabase::installed().await;
    let serve = &["serve", "--listen", NO_ADDRESS];
    let complaint =
        run(program(serve).env("DATABASE_URL", cluster().superuser_url(&database.name))).expect_complaint(2);
    assert!(complaint.contains("superuser"), "{complaint}");
    assert!(complaint.contains("IN ROLE tallystick_app"), "{complaint}");
}

#[tokio::test]
async fn serve_refuses_a_database_without_the_schema_and_says_what_to_run() {
    FreshDatabase::installed().await;
    let database = FreshDatabase::create().await;
    let serve = &["serve", "--listen", NO_ADDRESS];
    let complaint =
        run(program(serve).env("DATABASE_URL", cluster().url(SERVER_ROLE, &database.name))).expect_complaint(2);
    assert!(complaint.contains("tallystick migrate"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_answers_until_it_is_told_to_stop_and_logs_one_line_a_request() {
    let database = FreshDatabase::installed().await;
    let folder = TempFolder::created();
    let log = folder.path().join("log");
    let mut serve = program(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"]);
    serve.env("DATABASE_URL", cluster().url(SERVER_ROLE, &database.name)).env("TALLYSTICK_ADMIN_TOKEN", TOKEN);
    let mut running = Running::start(&mut serve, &log);

    let address = address(&log, &mut running).await;
    let client = Client::new(address, Some(TOKEN));
    let body = serde_json::json!({"name": "x", "currency": "EUR"});
    let created = client.post("/v1/businesses", &body).await;
    created.expect(201);
    client.get("/readyz").await.expect(200);
    running.signal(Signal::SIGTERM);
    assert_eq!(running.wait(), Some(0));

    let log = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let request_id = created.header("x-request-id").unwrap();
    let of_request: Vec<_> = lines.iter().filter(|line| line["request_id"] == request_id).collect();
    assert_eq!(of_request.len(), 1, "{log}");
    assert_eq!(of_request[0]["route"], "/v1/businesses");
    assert_eq!(of_request[0]["status"], 201);
    assert!(!log.contains("hunter2"), "{log}");
    // The tests' PostgreSQL does not wait for the disk.
    for warning in ["synchronous_commit is off", "fsync is off", "full_page_writes is off"] {
        let is_warning = |line: &serde_json::Value| {
            line["level"] == "WARN" && line["message"].as_str().is_some_and(|message| message.starts_with(warning))
        };
        assert!(lines.iter().any(is_warning), "{warning}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_refuses_a_pooler_that_the_url_does_not_name_and_names_the_setting() {
    let (database, proxy, folder) = (FreshDatabase::installed().await, Proxy::start(), TempFolder::created());
    proxy.pose_as_pooler(true);
    let serve = |address: &str, parameters: &str| {
        let mut serve = program(&["serve", "--listen", address, "--log-format", "json"]);
        serve.env("DATABASE_URL", format!("{}{parameters}", proxy.url_text(&database)));
        serve
    };
    let complaint = run(&mut serve(NO_ADDRESS, "")).expect_complaint(2);
    assert!(complaint.contains("pgbouncer=true"), "{complaint}");
    for declared in ["&pgbouncer=true&options=-c%20synchronous_commit%3Don", "&pgbouncer=false"] {
        let log = folder.path().join(declared);
        let mut running = Running::start(&mut serve("127.0.0.1:0", declared), &log);
        let address = address(&log, &mut running).await;
        Client::new(address, None).get("/readyz").await.expect(200);
        running.signal(Signal::SIGTERM);
        assert_eq!(running.wait(), Some(0));
    }
}

#[tokio::test]
async fn behind_a_pooler_serve_refuses_commits_that_do_not_wait_for_the_disk() {
    let database = FreshDatabase::installed().await;
    let url = format!("{}&pgbouncer=true", cluster().url(SERVER_ROLE, &database.name));
    let complaint = run(program(&["serve", "--listen", NO_ADDRESS]).env("DATABASE_URL", url)).expect_complaint(2);
    assert!(complaint.contains("ALTER ROLE \"tallystick_server\" SET synchronous_commit = on"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_first_says_not_ready_while_requests_are_taken_and_a_second_one_stops_at_once() {
    let database = FreshDatabase::installed().await;
    let folder = TempFolder::created();
    let log = folder.path().join("log");
    let listen = ["--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0", "--log-format", "json"];
    // Nobody waits for that long. Only the second signal can end this test.
    let mut serve = program(&[&["serve", "--shutdown-delay", "1h"], &listen[..]].concat());
    serve.env("DATABASE_URL", cluster().url(SERVER_ROLE, &database.name)).env("TALLYSTICK_ADMIN_TOKEN", TOKEN);
    let mut running = Running::start(&mut serve, &log);
    let client = Client::new(address(&log, &mut running).await, Some(TOKEN));
    let operator = Client::new(operator_address(&log), None);
    for client in [&client, &operator] {
        client.get("/readyz").await.expect(200);
    }

    running.signal(Signal::SIGTERM);
    while client.get("/readyz").await.status == 200 {}
    for client in [&client, &operator] {
        client.get("/readyz").await.expect_problem(503, "shutting_down");
        client.get("/healthz").await.expect(200);
    }
    // Over new connections, too.
    let new = Client::new(address(&log, &mut running).await, Some(TOKEN));
    new.post("/v1/businesses", &serde_json::json!({"name": "x", "currency": "EUR"})).await.expect(201);
    assert!(operator.get("/metrics").await.body.contains(r#"code="shutting_down""#));
    running.signal(Signal::SIGTERM);
    assert_eq!(running.wait(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signal_stops_the_server_at_once_or_when_the_delay_is_over_and_sigint_never_waits() {
    let database = FreshDatabase::installed().await;
    for (flags, signal) in [
        (&[][..], Signal::SIGTERM),
        (&["--shutdown-delay", "100ms"], Signal::SIGTERM),
        (&["--shutdown-delay", "1h"], Signal::SIGINT),
    ] {
        let folder = TempFolder::created();
        let log = folder.path().join("log");
        let mut serve = program(&[&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"], flags].concat());
        serve.env("DATABASE_URL", cluster().url(SERVER_ROLE, &database.name));
        let mut running = Running::start(&mut serve, &log);
        let client = Client::new(address(&log, &mut running).await, None);
        // Without an address for the operator, nobody gets the sums of all businesses.
        client.get("/metrics").await.expect_problem(404, "route_not_found");
        running.signal(signal);
        assert_eq!(running.wait(), Some(0), "{signal}");
    }
}

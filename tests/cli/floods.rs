//! Many clients send far too much at once to the real program. Each is answered, and memory does not grow.

use std::{fmt::Write as _, net::SocketAddr, time::Duration};

use futures_util::future::join_all;
use nix::sys::signal::Signal;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::program::{Running, address, program};
use crate::support::{
    client::Client,
    cluster::cluster,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    temp_folder::TempFolder,
};

const ADMIN_TOKEN: &str = "the-operators-own-token-for-floods";
const CLIENTS: usize = 48;
const MIB: usize = 1024 * 1024;
/// How much each client tries to send.
const BODY_BYTES: usize = 10 * MIB;
/// How much the program may grow while it refuses 480 MiB.
const MAX_GROWTH_KIB: u64 = 48 * 1024;
/// Long enough on a busy machine.
const LONG: Duration = Duration::from_mins(1);

/// Sends a head, then a body as long as the server reads it. Returns what the server sent in the meantime.
async fn flood(server: SocketAddr, head: String, piece: Vec<u8>) -> String {
    let mut connection = TcpStream::connect(server).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = connection.split();
    let mut answer = Vec::new();
    let sending = async {
        for _ in 0..BODY_BYTES / (64 * 1024) {
            if writing.write_all(&piece).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        // The server may reset the connection of a client that goes on sending. What it sent before is here.
        _ = timeout(LONG, reading.read_to_end(&mut answer)) => {}
        () = sending => unreachable!(),
    }
    String::from_utf8(answer).unwrap()
}

/// The most memory that a process has ever had, in KiB.
fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn head(route: &str, more: &str) -> String {
    let mut head = format!("POST {route} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN_TOKEN}\r\n");
    // Writing to a String cannot fail.
    let _ = write!(head, "content-type: application/json\r\nidempotency-key: k\r\n{more}\r\n");
    head
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_10_mib_from_everywhere_are_refused_within_a_bound_of_memory() {
    let (database, folder) = (FreshDatabase::installed().await, TempFolder::created());
    let log = folder.path().join("log");
    let mut serve = program(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"]);
    serve.env("DATABASE_URL", cluster().url(SERVER_ROLE, &database.name)).env("TALLYSTICK_ADMIN_TOKEN", ADMIN_TOKEN);
    // Every flood is answered the same, also the one with the wrong credentials.
    serve.env("TALLYSTICK_FAILED_CREDENTIALS_PER_MINUTE", "0");
    let mut running = Running::start(&mut serve, &log);
    let server = address(&log, &mut running).await;
    let client = Client::new(server, Some(ADMIN_TOKEN));
    let business = serde_json::json!({"name": "x", "currency": "EUR"});
    client.post("/v1/businesses", &business).await.expect(201);
    let before = peak_kib(running.id());

    let text = vec![b' '; 64 * 1024];
    let chunk = [b"10000\r\n".to_vec(), text.clone(), b"\r\n".to_vec()].concat();
    let announced = head("/v1/businesses", &format!("content-length: {BODY_BYTES}\r\n"));
    let unannounced = head("/v1/businesses", "transfer-encoding: chunked\r\n");
    let nowhere = head("/v1/nothing", "transfer-encoding: chunked\r\n");
    let unwanted = head("/v1/purchases", "transfer-encoding: chunked\r\n");
    let endless_head = format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(64 * 1024));
    let kinds = [
        (announced, &text, "413", "body_too_large"),
        (unannounced, &chunk, "413", "body_too_large"),
        (nowhere, &chunk, "404", "route_not_found"),
        (unwanted, &chunk, "401", "unauthenticated"),
        (endless_head, &text, "431", "headers_too_large"),
    ];
    for (head, piece, status, code) in kinds {
        let floods = (0..CLIENTS).map(|_| tokio::spawn(flood(server, head.clone(), piece.clone())));
        for answer in join_all(floods).await {
            let answer = answer.unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(code), "{code}: {answer}");
        }
    }
    let growth = peak_kib(running.id()) - before;
    println!("{before} KiB before, {growth} KiB more at its peak");
    assert!(growth < MAX_GROWTH_KIB, "it grew by {growth} KiB");
    client.post("/v1/businesses", &business).await.expect(201);
    running.signal(Signal::SIGTERM);
    assert_eq!(running.wait(), Some(0));
}

//! Many clients send far too much, or far too slowly, to the real program. It keeps serving, and memory does not grow.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use hostile_clients::{Counts, Hostility};
use nix::sys::{
    resource::{Resource::RLIMIT_NOFILE, getrlimit, setrlimit},
    signal::Signal,
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

use super::program::{Running, address, program};
use crate::support::{
    audit::audit,
    client::Client,
    cluster::cluster,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    shop::{id, purchase},
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

/// How many clients of each kind are hostile at once, by default. `TALLYSTICK_HOSTILE=4096` sets how many there are in all.
const HOSTILE_OF_A_KIND: usize = 24;
/// The most memory that the program may ever have with all of them at work, in KiB.
const MAX_HOSTILE_KIB: u64 = 256 * 1024;
/// How much the program may grow in the short run. Its copies of what these clients do not take would be twice as much.
const MAX_HOSTILE_GROWTH_KIB: u64 = 40 * 1024;
/// How often somebody else buys meanwhile, by default. `TALLYSTICK_HOSTILE_PURCHASES` sets it.
const PURCHASES: usize = 10;
fn from_environment(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|number| number.parse().unwrap())
}

/// A business with a key, a customer and products whose list is long.
async fn business(admin: &Client, products: usize) -> (Client, String, String, String) {
    let business = id(&admin.post("/v1/businesses", &json!({"name": "x", "currency": "EUR"})).await.expect(201));
    let key = json!({"name": "x", "scopes": ["read", "write"]});
    let key = admin.post(&format!("/v1/businesses/{business}/api-keys"), &key).await.expect(201);
    let key = key["key"].as_str().unwrap().to_owned();
    let client = admin.with(&key);
    let customer = json!({"name": "x", "credit_limit": 1_000_000});
    let customer = id(&client.post("/v1/customers", &customer).await.expect(201));
    let mut last = String::new();
    for number in 0..products {
        let product = json!({"sku": number.to_string(), "name": "x".repeat(200), "price": 1, "stock": 1_000_000});
        last = id(&client.post("/v1/products", &product).await.expect(201));
    }
    (client, key, customer, last)
}

/// The clients of every kind hold as much as the server lets them, and come again when it ends their connections.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn hostile_clients_of_every_kind_together_take_little_memory_while_others_buy() {
    let (database, folder) = (FreshDatabase::installed().await, TempFolder::created());
    let log = folder.path().join("log");
    let in_all = from_environment("TALLYSTICK_HOSTILE");
    let connections = (in_all.unwrap_or(4_096) + 256).to_string();
    let mut serve =
        program(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--log", "warn,tallystick=info"]);
    serve.args(["--max-connections", &connections]);
    serve.env("DATABASE_URL", cluster().url(SERVER_ROLE, &database.name)).env("TALLYSTICK_ADMIN_TOKEN", ADMIN_TOKEN);
    let mut running = Running::start(&mut serve, &log);
    let server = address(&log, &mut running).await;
    let admin = Client::new(server, Some(ADMIN_TOKEN));
    let (_, hostile_key, ..) = business(&admin, 200).await;
    let (buyer, _, customer, product) = business(&admin, 1).await;
    if in_all.is_some() {
        let (_, hard) = getrlimit(RLIMIT_NOFILE).unwrap();
        setrlimit(RLIMIT_NOFILE, hard, hard).unwrap();
    }
    let before = peak_kib(running.id());

    let kinds = Arc::new(Hostility::all(&hostile_key));
    let counts = Arc::new(Counts::default());
    let hostile = in_all.unwrap_or(HOSTILE_OF_A_KIND * kinds.len());
    let mut clients = JoinSet::new();
    for number in 0..hostile {
        let (kinds, counts) = (Arc::clone(&kinds), Arc::clone(&counts));
        clients.spawn(async move { kinds[number % kinds.len()].go_on(server, &counts).await });
    }
    let all_begun = counts.begun.acquire_many(hostile.try_into().unwrap());
    drop(timeout(LONG * 5, all_begun).await.expect("every hostile client has begun").unwrap());
    let mut refused = 0;
    let purchases = from_environment("TALLYSTICK_HOSTILE_PURCHASES").unwrap_or(PURCHASES);
    for number in 0..purchases {
        while buyer.move_with(&number.to_string(), "/v1/purchases", &purchase(&customer, &[(&product, 1)])).await.status
            != 201
        {
            refused += 1;
        }
    }
    let peak = peak_kib(running.id());
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
    println!(
        "{hostile} connections ({}), {} ended; {purchases} purchases, {refused} refused at first; {before} KiB before, \
         {peak} KiB at the peak",
        kinds.join(", "),
        counts.ended.load(Ordering::Relaxed)
    );
    clients.shutdown().await;
    assert!(peak < MAX_HOSTILE_KIB, "{peak} KiB");
    assert!(in_all.is_some() || peak - before < MAX_HOSTILE_GROWTH_KIB, "it grew by {} KiB", peak - before);
    running.signal(Signal::SIGTERM);
    assert_eq!(running.wait(), Some(0));
    audit(&database).await;
}

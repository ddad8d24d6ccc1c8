//! Connections: how many, how slow, how long; and bytes that are not HTTP.

use std::time::{Duration, Instant};

use tallystick::http::server::ServerLimits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    time::timeout,
};

use super::server::{LARGE_BYTES, LONG_BYTES, SHORT, Setup, TestServer, read_answer, read_to_end};

const GET: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
const STREAMS: &[u8] = b"GET /streams HTTP/1.1\r\nhost: x\r\n\r\n";
/// How the answer to it ends.
const STREAMED: &str = "\r\n\r\n8\r\nbegins, \r\n4\r\nends\r\n0\r\n\r\n";
/// Much longer than any limit that a test reaches.
const LONG: Duration = Duration::from_secs(20);

async fn server(connections: ServerLimits) -> TestServer {
    TestServer::start(Setup { connections, ..Setup::default() }).await
}

#[tokio::test]
async fn a_request_head_that_arrives_too_slowly_is_cut_off() {
    let server =
        server(ServerLimits { header_read_timeout: SHORT, idle_timeout: LONG * 2, ..ServerLimits::default() }).await;
    let mut connection = server.connect().await;
    connection.write_all(b"GET /healthz HTTP/1.1\r\nx-drops: ").await.unwrap();
    let (mut reading, mut writing) = connection.split();
    // A further byte does not restart the clock: the time for a head counts from its first byte.
    let dripping = async {
        while writing.write_all(b".").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    tokio::select! {
        // Cut off while it still sends, the client may see a reset.
        ended = timeout(LONG, reading.read_to_end(&mut answer)) => drop(ended.unwrap()),
        () = dripping => unreachable!(),
    }
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn a_connection_may_be_idle_longer_than_a_head_may_take() {
    let server =
        server(ServerLimits { header_read_timeout: SHORT, idle_timeout: LONG, ..ServerLimits::default() }).await;
    let mut connection = server.connect().await;
    for _ in 0..3 {
        connection.write_all(GET).await.unwrap();
        assert!(read_answer(&mut connection).await.starts_with("HTTP/1.1 200 OK"));
        // The test waits only to let the time pass that must do no harm.
        assert!(timeout(SHORT * 3, connection.read_u8()).await.is_err(), "the idle connection was closed");
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_the_end_whether_it_was_used_or_not() {
    let server = server(ServerLimits { idle_timeout: SHORT, ..ServerLimits::default() }).await;
    let mut used = server.connect().await;
    used.write_all(GET).await.unwrap();
    read_answer(&mut used).await;
    let mut unused = server.connect().await;
    for connection in [&mut used, &mut unused] {
        assert_eq!(timeout(LONG, read_to_end(connection)).await.unwrap(), "");
    }
}

/// While it is answered, a request is not waited for: neither the answer's time nor what is pipelined behind it ends it.
#[tokio::test]
async fn an_answer_that_is_written_while_it_is_read_may_take_longer_than_a_connection_may_be_idle() {
    let limits = ServerLimits { header_read_timeout: SHORT, idle_timeout: SHORT, ..ServerLimits::default() };
    let server = server(limits).await;
    let (entered, leave) = (&server.gates.entered, &server.gates.leave);
    for behind in [&b""[..], b"GET /healthz HTTP/1.1\r\nhost: ", b"no HTTP\r\n\r\n"] {
        let mut connection = server.connect().await;
        connection.write_all(STREAMS).await.unwrap();
        entered.notified().await;
        connection.write_all(behind).await.unwrap();
        // The test waits only to let the time pass that must do no harm.
        tokio::time::sleep(SHORT * 3).await;
        leave.notify_one();
        let answer = timeout(LONG, read_to_end(&mut connection)).await.unwrap();
        assert!(answer.contains(STREAMED), "{answer}");
    }
}

/// Asks for an answer, and then takes some of it again and again until it ends. Returns how much that was.
async fn take_slowly(server: &TestServer, path: &str, some: usize, pause: Duration) -> usize {
    let socket = TcpSocket::new_v4().unwrap();
    // Little waits in the client's own system.
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    let mut connection = socket.connect(server.address).await.unwrap();
    connection
        .write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let (mut taken, mut buffer) = (0, vec![0; some]);
    // A connection that is cut off ends, or is reset.
    loop {
        let before = taken;
        while taken - before < some
            && let Ok(bytes @ 1..) = connection.read(&mut buffer[taken - before..]).await
        {
            taken += bytes;
        }
        if taken == before {
            return taken;
        }
        tokio::time::sleep(pause).await;
    }
}

#[tokio::test]
async fn a_client_that_takes_its_answer_too_slowly_is_cut_off() {
    let total = ServerLimits {
        write_timeout: SHORT * 4,
        write_window: LONG * 2,
        min_write_bytes: 0,
        ..ServerLimits::default()
    };
    let rate = ServerLimits {
        write_timeout: LONG * 2,
        write_window: SHORT * 4,
        min_write_bytes: LARGE_BYTES,
        ..ServerLimits::default()
    };
    for limits in [total, rate] {
        let server = server(limits).await;
        // In drops, the whole answer would take much longer than this test may.
        let taken = timeout(LONG, take_slowly(&server, "/large", 1024, SHORT / 5)).await.unwrap();
        assert!(taken < LARGE_BYTES / 2, "{taken}");
        assert!(
            server.exchange(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.contains("200 OK")
        );
    }
}

#[tokio::test]
async fn a_client_that_takes_its_answer_at_the_least_rate_gets_all_of_it() {
    let limits = ServerLimits {
        write_timeout: LONG,
        write_window: SHORT * 10,
        min_write_bytes: 1024,
        ..ServerLimits::default()
    };
    let server = server(limits).await;
    // It takes several windows, each of which has some progress.
    let taken = take_slowly(&server, "/large", 64 * 1024, SHORT / 5).await;
    assert!(taken > LARGE_BYTES, "{taken}");
}

#[tokio::test]
async fn a_long_answer_has_the_time_of_an_answer_for_each_part_of_it() {
    let write_timeout = SHORT * 25;
    let server = server(ServerLimits { write_timeout, ..ServerLimits::default() }).await;
    // In all that takes longer than an answer may, and four of these pauses a fraction of it.
    let (some, pause) = (LARGE_BYTES / 4, SHORT * 2);
    let began = Instant::now();
    let taken = timeout(LONG, take_slowly(&server, "/long", some, pause)).await.unwrap();
    assert!(began.elapsed() > write_timeout && taken > LONG_BYTES, "{taken}");
}

#[tokio::test]
async fn requests_that_come_together_are_answered_in_order() {
    let server = server(ServerLimits::default()).await;
    let mut connection = server.connect().await;
    connection.write_all(&[GET, b"GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n", GET].concat()).await.unwrap();
    for status in ["200", "404", "200"] {
        assert!(read_answer(&mut connection).await.starts_with(&format!("HTTP/1.1 {status} ")));
    }
}

#[tokio::test]
async fn a_connection_beyond_the_limit_is_answered_overloaded_and_a_later_one_is_served() {
    let server = server(ServerLimits { max_connections: 2, ..ServerLimits::default() }).await;
    let mut first = server.connect().await;
    let mut second = server.connect().await;
    for connection in [&mut first, &mut second] {
        connection.write_all(GET).await.unwrap();
        read_answer(connection).await;
    }
    let refused = server.exchange(GET).await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains(r#""code":"overloaded""#), "{refused}");
    assert!(refused.contains("cache-control: no-store\r\nx-content-type-options: nosniff\r\n"), "{refused}");
    assert!(refused.contains("retry-after: 1\r\n") && refused.contains("application/problem+json"), "{refused}");
    let metrics = server.metrics();
    assert!(metrics.contains("tallystick_http_connections 2\n"), "{metrics}");
    assert!(metrics.contains("tallystick_http_connections_refused_total 1\n"), "{metrics}");
    first.shutdown().await.unwrap();
    // The server may close its side just before it frees the slot. So ask until the slot is free.
    assert_eq!(read_to_end(&mut first).await, "");
    loop {
        let answer = server.exchange(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        if answer.starts_with("HTTP/1.1 200 OK") {
            break;
        }
    }
}

#[tokio::test]
async fn what_is_no_http_is_answered_with_a_problem() {
    let server = server(ServerLimits::default()).await;
    let many_headers = "x: y\r\n".repeat(100);
    let large_header = format!("x: {}\r\n", "y".repeat(20_000));
    for (bytes, status, code) in [
        ("hello\r\n\r\n".to_owned(), "400", "invalid_http"),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), "400", "invalid_http"),
        ("HEAD / HTTP/1.1\n\n".to_owned(), "400", "invalid_http"),
        ("\u{16}\u{3}\u{1}\u{2}".to_owned(), "400", "invalid_http"),
        ("GET / HTTP/3.0\r\n\r\n".to_owned(), "505", "http_version_not_supported"),
        ("GET / HTTP/1.1\r\nbad header\r\n\r\n".to_owned(), "400", "invalid_http"),
        (format!("GET / HTTP/1.1\r\n{many_headers}\r\n"), "431", "headers_too_large"),
        (format!("GET / HTTP/1.1\r\n{large_header}\r\n"), "431", "headers_too_large"),
        (format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "y".repeat(9_000)), "414", "uri_too_long"),
        (format!("GET /{}", "y".repeat(20_000)), "414", "uri_too_long"),
        (format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "y".repeat(100_000)), "414", "uri_too_long"),
    ] {
        let answer = timeout(LONG, server.exchange(bytes.as_bytes())).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{bytes:.30} gave {answer}");
        assert!(answer.contains("application/problem+json") && answer.contains("x-request-id: "), "{answer}");
        assert!(answer.contains("\r\ncache-control: no-store\r\n"), "{answer}");
        assert!(answer.contains("\r\nx-content-type-options: nosniff\r\n"), "{answer}");
        assert!(answer.contains(&format!(r#""code":"{code}""#)), "{answer}");
    }
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_request_with_two_different_lengths_is_not_answered_twice() {
    let server = server(ServerLimits::default()).await;
    let smuggled = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\
                    content-length: 6\r\n\r\n{}\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let answer = timeout(LONG, server.exchange(smuggled.as_bytes())).await.unwrap();
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

//! A server that is told to stop finishes what it accepted, within its time.

use std::time::Duration;

use tallystick::http::server::{Drained, ServerLimits};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};

use super::server::{SHORT, Setup, TestServer, read_answer, read_to_end};

const WAITS: &[u8] = b"GET /waits HTTP/1.1\r\nhost: x\r\n\r\n";
const HEALTHZ: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn at_shutdown_a_running_request_is_finished_and_new_connections_are_refused() {
    let server = TestServer::plain().await;
    let (address, gates) = (server.address, server.gates.clone());
    let mut connection = server.connect().await;
    connection.write_all(WAITS).await.unwrap();
    gates.entered.notified().await;
    let mut ending = server.begin_stop();
    // The listener closes while the request goes on: wait for that, and see that the server is still there.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(timeout(SHORT, &mut ending).await.is_err(), "the server left a request behind");
    gates.leave.notify_one();
    let answer = timeout(LONG, read_to_end(&mut connection)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("done"), "{answer}");
    assert_eq!(timeout(LONG, ending).await.unwrap().unwrap(), Drained::Fully);
}

#[tokio::test]
async fn at_shutdown_an_answer_of_which_a_part_was_sent_is_sent_to_its_end() {
    let connections = ServerLimits { stop_grace: SHORT, drain_timeout: LONG, ..ServerLimits::default() };
    let server = TestServer::start(Setup { connections, ..Setup::default() }).await;
    let (gates, mut connection) = (server.gates.clone(), server.connect().await);
    connection.write_all(b"GET /streams HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    gates.entered.notified().await;
    let mut ending = server.begin_stop();
    assert!(timeout(SHORT * 3, &mut ending).await.is_err(), "the server left an answer behind");
    gates.leave.notify_one();
    let answer = timeout(LONG, read_to_end(&mut connection)).await.unwrap();
    assert!(answer.ends_with("begins, \r\n4\r\nends\r\n0\r\n\r\n"), "{answer}");
    assert_eq!(timeout(LONG, ending).await.unwrap().unwrap(), Drained::Fully);
}

#[tokio::test]
async fn at_shutdown_a_request_on_an_open_connection_is_answered_and_the_connection_closed() {
    let connections = ServerLimits { stop_grace: LONG, drain_timeout: LONG, ..ServerLimits::default() };
    let server = TestServer::start(Setup { connections, ..Setup::default() }).await;
    let address = server.address;
    let mut used = server.connect().await;
    used.write_all(HEALTHZ).await.unwrap();
    read_answer(&mut used).await;
    let mut unused = server.connect().await;
    let mut half = server.connect().await;
    half.write_all(&HEALTHZ[..10]).await.unwrap();
    let ending = server.begin_stop();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    for (connection, request) in [(&mut used, HEALTHZ), (&mut unused, HEALTHZ), (&mut half, &HEALTHZ[10..])] {
        connection.write_all(request).await.unwrap();
        let answer = timeout(LONG, read_to_end(connection)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("connection: close\r\n"), "{answer}");
    }
    assert_eq!(timeout(LONG, ending).await.unwrap().unwrap(), Drained::Fully);
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_shutdown() {
    // The time limits are longer than the test, so neither of them can be what ends the connections.
    let connections =
        ServerLimits { header_read_timeout: LONG * 2, drain_timeout: LONG * 2, ..ServerLimits::default() };
    let server = TestServer::start(Setup { connections, ..Setup::default() }).await;
    let mut used = server.connect().await;
    used.write_all(HEALTHZ).await.unwrap();
    read_answer(&mut used).await;
    let mut unused = server.connect().await;
    let mut half = server.connect().await;
    half.write_all(&HEALTHZ[..10]).await.unwrap();
    let ending = server.begin_stop();
    assert_eq!(timeout(LONG, ending).await.unwrap().unwrap(), Drained::Fully);
    for connection in [&mut used, &mut unused, &mut half] {
        assert_eq!(read_to_end(connection).await, "");
    }
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_off_when_the_drain_time_is_over() {
    let connections = ServerLimits { drain_timeout: SHORT, ..ServerLimits::default() };
    let server = TestServer::start(Setup { connections, ..Setup::default() }).await;
    let gates = server.gates.clone();
    let mut connection = server.connect().await;
    connection.write_all(WAITS).await.unwrap();
    gates.entered.notified().await;
    let ending = server.begin_stop();
    assert_eq!(timeout(LONG, ending).await.unwrap().unwrap(), Drained::CutOff { connections: 1 });
    assert_eq!(read_to_end(&mut connection).await, "");
}

#[tokio::test]
async fn a_client_that_goes_away_ends_its_request_and_is_counted() {
    let server = TestServer::plain().await;
    let mut connection = server.connect().await;
    connection.write_all(WAITS).await.unwrap();
    server.gates.entered.notified().await;
    drop(connection);
    let counted = async {
        while !server.metrics().contains(r#"route="/waits",method="GET",status="499",code="client_went_away"} 1"#) {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, counted).await.unwrap();
}

//! Clients that make tallystick hold as much memory as they can: they send slowly, read slowly, or both. The test of the server's
//! bounds and the benchmark use the same ones.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::Semaphore,
    time::timeout,
};

/// How long a client waits before it comes again. It takes memory; how fast clients come is another matter.
const BEFORE_NEXT: Duration = Duration::from_secs(5);
/// Longer than a client may take nothing of an answer: the server has ended the connection by then.
const TAKES_NOTHING_FOR: Duration = Duration::from_secs(12);
/// The server reads as much as it wants to within this time. The rest waits in buffers of the operating system.
const SENDS_FOR: Duration = Duration::from_millis(500);

/// What a hostile client sends, and whether it waits for the beginning of an answer. It takes no more of it.
#[derive(Debug)]
pub struct Hostility {
    /// What it does, in a few words.
    pub name: &'static str,
    sent: Vec<u8>,
    is_answered: bool,
}

/// How many clients have begun, and how many connections have ended.
#[derive(Debug)]
pub struct Counts {
    /// One permit for each client that has sent all that it could, and has its answer's beginning if it waits for one.
    pub begun: Semaphore,
    /// Connections that the server ended, or whose client left once the server must have ended them.
    pub ended: AtomicUsize,
}

impl Default for Counts {
    fn default() -> Self {
        Self { begun: Semaphore::const_new(0), ended: AtomicUsize::new(0) }
    }
}

impl Hostility {
    /// Every kind, of a client that has this API key.
    #[must_use]
    pub fn all(key: &str) -> Vec<Self> {
        let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n");
        let post = |headers: &str, bytes: usize| {
            let body = " ".repeat(bytes);
            let head = format!("POST /v1/purchases HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n");
            format!("{head}content-type: application/json\r\nidempotency-key: k\r\n{headers}\r\n{body}")
        };
        let chunk = format!("{:x}\r\n{}\r\n", 7_000, " ".repeat(7_000));
        [
            ("half-open", String::new(), false),
            ("slow head", format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}", "y".repeat(15_000)), false),
            ("slow small body", post("content-length: 8000\r\n", 7_000), false),
            ("slow large body", post("content-length: 262000\r\n", 250_000), false),
            ("slow chunks", post("transfer-encoding: chunked\r\n", 0) + &chunk.repeat(35), false),
            ("slow read of the page", get("/docs/swagger-ui-bundle.js"), true),
            ("slow read of a list", get("/v1/products?limit=200"), true),
            ("pipelined lists", get("/v1/products?limit=200").repeat(40), true),
            ("pipelined small answers", get("/v1/nothing").repeat(400), true),
        ]
        .map(|(name, sent, is_answered)| Self { name, sent: sent.into_bytes(), is_answered })
        .into()
    }

    /// Does it again and again, as often as the server ends the connection.
    pub async fn go_on(&self, server: SocketAddr, counts: &Counts) {
        let mut has_begun = false;
        loop {
            let Ok(mut connection) = connect_with_small_buffers(server).await else {
                tokio::time::sleep(BEFORE_NEXT).await;
                continue;
            };
            let (mut reading, mut writing) = connection.split();
            let sending = timeout(SENDS_FOR, writing.write_all(&self.sent));
            let answering = async {
                if self.is_answered {
                    // A connection that is refused ends here, too.
                    let _ = reading.read_u8().await;
                }
            };
            let _ = tokio::join!(sending, answering);
            if !has_begun {
                counts.begun.add_permits(1);
                has_begun = true;
            }
            if self.is_answered {
                // Who does not read does not notice the end.
                tokio::time::sleep(TAKES_NOTHING_FOR).await;
            } else {
                while matches!(reading.read(&mut [0; 1024]).await, Ok(1..)) {}
            }
            counts.ended.fetch_add(1, Ordering::Relaxed);
            drop(connection);
            tokio::time::sleep(BEFORE_NEXT).await;
        }
    }
}

async fn connect_with_small_buffers(server: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4 * 1024)?;
    socket.connect(server).await
}

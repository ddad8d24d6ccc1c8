//! Connections: accepts them, bounds them in number, size and time, and finishes the accepted ones when the server stops.
//!
//! - One connection too many is answered 503 `overloaded` and closed. It does not wait in the backlog: a client or a load
//!   balancer that gets an answer can go elsewhere, one that gets none can only wait.
//! - Before a connection is closed, the server reads for a moment what the client still sends. Closing on unread bytes
//!   resets the connection, and a client that is still sending can lose the answer to a reset.
//!
//! The server speaks HTTP/1.1 without TLS. In production a proxy in front of it speaks HTTP/2 and TLS.

mod chunks;
mod client_stream;
mod connection;
mod gate;
mod head;
mod raw_answers;

use std::{io, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use futures_util::FutureExt;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};

use crate::metrics::Metrics;

/// How many connections are answered at once that they are too many. Any more are closed without an answer.
const MAX_REFUSALS_AT_ONCE: usize = 64;
/// How long to wait when the operating system has no file descriptor left. Each connection that closes frees one.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(50);
/// How many bytes of an answer the operating system keeps for a client. With its own choice, it would keep megabytes for a
/// client that takes nothing, and tell the server only seldom that a slow client takes something.
const SEND_BUFFER_BYTES: usize = 64 * 1024;

/// Bounds on connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// The most connections at once.
    pub max_connections: usize,
    /// How long the head of a request may take to arrive, from its first byte.
    pub header_read_timeout: Duration,
    /// How long a connection may be without a request.
    pub idle_timeout: Duration,
    /// How long a client may take until it has taken an answer to its end.
    pub write_timeout: Duration,
    /// The time in which a client must take `min_write_bytes` of an answer.
    pub write_window: Duration,
    /// The least that a client must take in each `write_window`, in bytes.
    ///
    /// The operating system tells the server only of larger steps, of about 40 KiB. So a client that takes twice as much in each
    /// window is never cut off.
    pub min_write_bytes: usize,
    /// The largest head of a request, in bytes. The most headers are 64.
    pub max_header_bytes: usize,
    /// How long an idle connection may still send a request once the server is told to stop.
    pub stop_grace: Duration,
    /// How long accepted requests may take to finish once the server is told to stop.
    pub drain_timeout: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            max_connections: 4_096,
            header_read_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            write_window: Duration::from_secs(10),
            min_write_bytes: 32 * 1024,
            max_header_bytes: 16 * 1024,
            stop_grace: Duration::from_millis(250),
            drain_timeout: Duration::from_secs(15),
        }
    }
}

/// Asks the operating system for enough open files: one for each connection, and some for everything else.
///
/// Many systems allow 1,024 by default and more on request. If the system gives fewer, that is logged, and `accept` fails
/// once they are used up.
pub fn raise_open_files_limit(max_connections: usize) {
    use nix::sys::resource::{Resource::RLIMIT_NOFILE, getrlimit, setrlimit};
    const FOR_EVERYTHING_ELSE: u64 = 512;
    let wanted = max_connections as u64 + FOR_EVERYTHING_ELSE;
    let Ok((soft, hard)) = getrlimit(RLIMIT_NOFILE) else { return };
    if soft < wanted && (soft >= hard || setrlimit(RLIMIT_NOFILE, wanted.min(hard), hard).is_err() || hard < wanted) {
        tracing::warn!(
            soft,
            hard,
            wanted,
            "fewer files may be open than connections are allowed; raise the limit (ulimit -n)"
        );
    }
}

/// How the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Every accepted connection was finished.
    Fully,
    /// The drain time ended before all connections did.
    CutOff {
        /// How many connections were closed in the middle of a request.
        connections: usize,
    },
}

/// Serves until `shutdown` is ready, then finishes what it accepted.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServerLimits,
    metrics: Arc<Metrics>,
    shutdown: impl Future<Output = ()>,
) -> Drained {
    bound_send_buffer(&listener);
    let (stop, stopping) = watch::channel(false);
    let mut server = Server {
        router,
        limits,
        metrics,
        stopping,
        slots: Arc::new(Semaphore::new(limits.max_connections)),
        refusals: Arc::new(Semaphore::new(MAX_REFUSALS_AT_ONCE)),
        connections: JoinSet::new(),
    };
    server.accept_until(&listener, shutdown).await;
    server.accept_backlog(&listener);
    drop(listener);
    // It fails only if no connection is left.
    let _ = stop.send(true);
    server.drain().await
}

/// The sockets that the listener accepts inherit the size.
fn bound_send_buffer(listener: &TcpListener) {
    if let Err(error) = socket2::SockRef::from(listener).set_send_buffer_size(SEND_BUFFER_BYTES) {
        tracing::warn!(%error, "the send buffers of clients keep the system's size");
    }
}

struct Server {
    router: Router,
    limits: ServerLimits,
    metrics: Arc<Metrics>,
    stopping: watch::Receiver<bool>,
    slots: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    connections: JoinSet<()>,
}

impl Server {
    async fn accept_until(&mut self, listener: &TcpListener, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                Some(_) = self.connections.join_next() => {}
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => self.accepted(stream),
                    Err(error) => accept_failed(&error).await,
                },
            }
        }
    }

    /// Accepts the connections in the backlog: the operating system has already told those clients that they are connected.
    fn accept_backlog(&mut self, listener: &TcpListener) {
        while let Some(Ok((stream, _))) = listener.accept().now_or_never() {
            self.accepted(stream);
        }
    }

    fn accepted(&mut self, stream: TcpStream) {
        // Answers are small and written whole, so waiting for a full packet only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a client went away at once");
            return;
        }
        let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else { return self.refuse(stream) };
        let open = self.metrics.connection_opened();
        let connection = connection::serve(stream, self.router.clone(), self.limits, self.stopping.clone());
        self.connections.spawn(async move {
            connection.await;
            drop((slot, open));
        });
    }

    fn refuse(&mut self, stream: TcpStream) {
        self.metrics.connection_refused();
        tracing::warn!(max_connections = self.limits.max_connections, "a connection was refused: there are too many");
        if let Ok(slot) = Arc::clone(&self.refusals).try_acquire_owned() {
            self.connections.spawn(async move {
                connection::refuse(stream).await;
                drop(slot);
            });
        }
    }

    async fn drain(mut self) -> Drained {
        let all = async { while self.connections.join_next().await.is_some() {} };
        if tokio::time::timeout(self.limits.drain_timeout, all).await.is_ok() {
            return Drained::Fully;
        }
        let connections = self.connections.len();
        tracing::warn!(connections, "the drain time is over; closing connections in the middle of something");
        self.connections.shutdown().await;
        Drained::CutOff { connections }
    }
}

/// Ignores a client that went away before it was accepted. After any other failure, such as no file descriptor left, waits.
async fn accept_failed(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    if matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted) {
        return;
    }
    tracing::error!(%error, "a connection cannot be accepted");
    tokio::time::sleep(ACCEPT_BACK_OFF).await;
}

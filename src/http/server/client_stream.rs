//! A client's TCP stream with timeouts: a read or write fails when the client keeps the server waiting for too long.
//!
//! hyper has one timeout for a request's head, and it also runs while a connection is idle. Here the two are apart: an idle
//! connection may wait long, but a head that has begun must arrive soon. While a request is being answered, neither
//! timeout runs. The extractor of the body has a timeout of its own.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep},
};

use super::raw_answers;

/// Counts the requests of one connection. Its stream and its service share it.
#[derive(Debug, Default)]
pub(super) struct Requests {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Requests {
    /// Counts a request as in flight until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        self.begun.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(self))
    }

    pub(super) fn in_flight(&self) -> bool {
        self.begun() != self.ended.load(Ordering::Relaxed)
    }

    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }
}

pub(super) struct InFlight(Arc<Requests>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// How long a client may keep the server waiting.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClientTimeouts {
    /// For the first byte of a request.
    pub idle: Duration,
    /// For the rest of the request's head.
    pub head: Duration,
    /// For taking some of an answer.
    pub write: Duration,
}

/// What the stream is waiting for. `after` is how many requests the connection had begun by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaiting {
    Nothing,
    FirstByte { after: u64 },
    RestOfHead { after: u64 },
}

pub(super) struct ClientStream {
    stream: TcpStream,
    requests: Arc<Requests>,
    timeouts: ClientTimeouts,
    awaiting: Awaiting,
    read_timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<Pin<Box<Sleep>>>,
    /// What is still to be written in place of an answer that hyper made itself.
    substitute: Bytes,
}

impl ClientStream {
    pub(super) fn new(stream: TcpStream, requests: Arc<Requests>, timeouts: ClientTimeouts) -> Self {
        Self {
            stream,
            requests,
            timeouts,
            awaiting: Awaiting::Nothing,
            read_timer: None,
            write_timer: None,
            substitute: Bytes::new(),
        }
    }

    pub(super) fn into_inner(self) -> TcpStream {
        self.stream
    }

    /// Starts the timeout for the head, if these bytes are its first.
    fn on_bytes_read(&mut self) {
        let after = self.requests.begun();
        if !self.requests.in_flight() && self.awaiting != (Awaiting::RestOfHead { after }) {
            self.awaiting = Awaiting::RestOfHead { after };
            arm(&mut self.read_timer, self.timeouts.head);
        }
    }

    /// Fails the read if the client has kept the server waiting for too long.
    fn on_read_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.requests.in_flight() {
            self.awaiting = Awaiting::Nothing;
            return Poll::Pending;
        }
        self.poll_read_timeout(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Runs while the server waits for a request, and is ready when that took too long.
    fn poll_read_timeout(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let after = self.requests.begun();
        let still = [Awaiting::FirstByte { after }, Awaiting::RestOfHead { after }];
        if !still.contains(&self.awaiting) {
            self.awaiting = Awaiting::FirstByte { after };
            arm(&mut self.read_timer, self.timeouts.idle);
        }
        poll_timer(&mut self.read_timer, cx)
    }

    /// Runs while the client takes nothing of what the server writes, and is ready when that took too long.
    fn on_write_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.write_timer.is_none() {
            arm(&mut self.write_timer, self.timeouts.write);
        }
        poll_timer(&mut self.write_timer, cx).map(|()| io::ErrorKind::TimedOut.into())
    }

    fn poll_write_stream(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Ready(written) => {
                self.write_timer = None;
                Poll::Ready(written)
            }
            Poll::Pending => self.on_write_pending(cx).map(Err),
        }
    }

    fn poll_substitute(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.substitute.is_empty() {
            let bytes = self.substitute.clone();
            let written = ready!(self.poll_write_stream(cx, &bytes))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.substitute.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

fn arm(timer: &mut Option<Pin<Box<Sleep>>>, after: Duration) {
    match timer {
        Some(timer) => timer.as_mut().reset(Instant::now() + after),
        None => *timer = Some(Box::pin(tokio::time::sleep(after))),
    }
}

fn poll_timer(timer: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> Poll<()> {
    timer.as_mut().map_or(Poll::Pending, |timer| timer.as_mut().poll(cx))
}

impl AsyncRead for ClientStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Ready(result) => {
                if buffer.filled().len() > before {
                    self.on_bytes_read();
                }
                Poll::Ready(result)
            }
            Poll::Pending => self.on_read_pending(cx),
        }
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(problem) = raw_answers::in_place_of(bytes) {
            self.substitute = problem;
            return Poll::Ready(Ok(bytes.len()));
        }
        self.poll_write_stream(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_substitute(cx))?;
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        // After an answer hyper does not read again before the socket wakes it. So the timeout for the next request starts
        // here. When it fires, it wakes hyper, and hyper's next read fails.
        if !self.requests.in_flight() {
            let _ = self.poll_read_timeout(cx);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_substitute(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

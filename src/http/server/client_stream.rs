//! A client's TCP stream that gives up on a client that keeps us waiting.
//!
//! hyper has one timeout for a request's head, which also runs while a connection is merely idle; here the two are apart:
//! an idle connection may wait long, a head that has begun must come soon. While a request is being answered nobody waits
//! for the client; how long its body may take is the body's reader's affair.

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

use super::bare;

/// Counts the requests of one connection; shared by its stream and its service.
#[derive(Debug, Default)]
pub(super) struct Requests {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Requests {
    /// Counts a request as being answered for as long as the guard lives.
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

/// How long a client may keep us waiting for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub idle: Duration,
    pub head: Duration,
    pub write: Duration,
}

/// What the stream is waiting for, and after which of the connection's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaiting {
    Nothing,
    FirstByte { after: u64 },
    RestOfHead { after: u64 },
}

pub(super) struct ClientStream {
    stream: TcpStream,
    requests: Arc<Requests>,
    patience: Patience,
    awaiting: Awaiting,
    read_timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<Pin<Box<Sleep>>>,
    /// What is written in place of an answer of hyper's own.
    substitute: Bytes,
}

impl ClientStream {
    pub(super) fn new(stream: TcpStream, requests: Arc<Requests>, patience: Patience) -> Self {
        Self {
            stream,
            requests,
            patience,
            awaiting: Awaiting::Nothing,
            read_timer: None,
            write_timer: None,
            substitute: Bytes::new(),
        }
    }

    pub(super) fn into_inner(self) -> TcpStream {
        self.stream
    }

    fn bytes_came(&mut self) {
        let after = self.requests.begun();
        if !self.requests.in_flight() && self.awaiting != (Awaiting::RestOfHead { after }) {
            self.awaiting = Awaiting::RestOfHead { after };
            arm(&mut self.read_timer, self.patience.head);
        }
    }

    fn nothing_came(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.requests.in_flight() {
            self.awaiting = Awaiting::Nothing;
            return Poll::Pending;
        }
        self.poll_patience(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Runs while we wait for a request; ready when we have waited long enough.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let after = self.requests.begun();
        let still = [Awaiting::FirstByte { after }, Awaiting::RestOfHead { after }];
        if !still.contains(&self.awaiting) {
            self.awaiting = Awaiting::FirstByte { after };
            arm(&mut self.read_timer, self.patience.idle);
        }
        poll_timer(&mut self.read_timer, cx)
    }

    /// Runs while the client does not take what we write.
    fn nothing_went(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.write_timer.is_none() {
            arm(&mut self.write_timer, self.patience.write);
        }
        poll_timer(&mut self.write_timer, cx).map(|()| io::ErrorKind::TimedOut.into())
    }

    fn poll_write_stream(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Ready(written) => {
                self.write_timer = None;
                Poll::Ready(written)
            }
            Poll::Pending => self.nothing_went(cx).map(Err),
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
                    self.bytes_came();
                }
                Poll::Ready(result)
            }
            Poll::Pending => self.nothing_came(cx),
        }
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(problem) = bare::in_place_of(bytes) {
            self.substitute = problem;
            return Poll::Ready(Ok(bytes.len()));
        }
        self.poll_write_stream(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_substitute(cx))?;
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        // Once an answer is out, hyper sleeps until there is something to read, and does not ask again before.
        // The time starts here, then; when it is over, hyper wakes up, reads, and is told.
        if !self.requests.in_flight() {
            let _ = self.poll_patience(cx);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_substitute(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

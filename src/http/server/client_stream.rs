//! A client's TCP stream with timeouts: a read or write fails when the client keeps the server waiting for too long.
//!
//! hyper has one timeout for a request's head, and it also runs while a connection is idle. Here the two are apart: an idle
//! connection may wait long, but a head that has begun must arrive soon. While a request is being answered, neither
//! timeout runs. The extractor of the body has a timeout of its own. An answer must be taken to its end within a time, and
//! on the way there at a least rate.
//!
//! All that is read passes the [`gate`](super::gate) before hyper gets it.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep},
};

use super::gate::{Fault, Gate, Stop};
use crate::http::error::HttpError;

/// What the stream and the service of one connection share: how many requests there were, and why there is no other.
#[derive(Debug, Default)]
pub(super) struct Requests {
    begun: AtomicU64,
    ended: AtomicU64,
    refused: OnceLock<HttpError>,
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

    /// Why the last head that arrived is no request. Its client has not been told.
    pub(super) fn refused(&self) -> Option<&HttpError> {
        self.refused.get()
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
    /// For taking an answer to its end.
    pub write: Duration,
    /// For taking `min_write_bytes` of an answer.
    pub write_window: Duration,
    /// The least that a client must take in each `write_window`.
    pub min_write_bytes: usize,
}

/// What the stream is waiting for. `after` is how many requests the connection had begun by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaiting {
    Nothing,
    FirstByte { after: u64 },
    RestOfHead { after: u64 },
}

/// How much of an answer has the time that an answer has. A longer one, which is written while it is read, has it for each so many
/// bytes: however long it is, its client need not be faster than that of any other.
const LONG_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// An answer that its client has not taken at once.
#[derive(Debug, Clone, Copy)]
struct SlowAnswer {
    /// When it must be written to its end, or the next [`LONG_ANSWER_BYTES`] of it.
    deadline: Instant,
    /// What the client has taken since that was set, in bytes.
    taken_of_deadline: usize,
    /// When the client must have taken the least that it must take.
    window_ends: Instant,
    /// What the client has taken in this window, in bytes.
    taken: usize,
}

impl SlowAnswer {
    fn begin(now: Instant, timeouts: &ClientTimeouts) -> Self {
        let (deadline, window_ends) = (now + timeouts.write, now + timeouts.write_window);
        Self { deadline, taken_of_deadline: 0, window_ends, taken: 0 }
    }

    const fn take(&mut self, bytes: usize) {
        self.taken += bytes;
        self.taken_of_deadline += bytes;
    }

    /// Whether its client is too slow by now. Begins the next window, and the next deadline, if it is not.
    fn is_too_slow(&mut self, now: Instant, timeouts: &ClientTimeouts) -> bool {
        let next = Self::begin(now, timeouts);
        if self.taken_of_deadline >= LONG_ANSWER_BYTES {
            (self.deadline, self.taken_of_deadline) = (next.deadline, 0);
        }
        let window_is_over = now >= self.window_ends;
        if now >= self.deadline || (window_is_over && self.taken < timeouts.min_write_bytes) {
            return true;
        }
        if window_is_over {
            (self.window_ends, self.taken) = (next.window_ends, 0);
        }
        false
    }
}

pub(super) struct ClientStream {
    stream: TcpStream,
    requests: Arc<Requests>,
    timeouts: ClientTimeouts,
    awaiting: Awaiting,
    read_timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<Pin<Box<Sleep>>>,
    slow_answer: Option<SlowAnswer>,
    gate: Gate,
    /// Nothing more is read: what came last is no HTTP.
    end: Option<End>,
    /// Whether the operating system has taken everything that was written.
    is_flushed: bool,
}

/// Why nothing more is read.
#[derive(Debug)]
enum End {
    /// A head was refused. hyper learns it as the end of the stream, once the requests before it are answered.
    Head { waiting: Option<Waker> },
    /// The chunks of a body are broken. hyper learns it as an error of the body.
    Body,
}

impl ClientStream {
    pub(super) fn new(
        stream: TcpStream,
        requests: Arc<Requests>,
        timeouts: ClientTimeouts,
        max_head_bytes: usize,
    ) -> Self {
        Self {
            stream,
            requests,
            timeouts,
            awaiting: Awaiting::Nothing,
            read_timer: None,
            write_timer: None,
            slow_answer: None,
            gate: Gate::new(max_head_bytes),
            end: None,
            is_flushed: true,
        }
    }

    pub(super) fn into_inner(self) -> TcpStream {
        self.stream
    }

    /// Looks at the bytes that were read, keeps back those that are no HTTP, and everything after them.
    fn pass(&mut self, buffer: &mut ReadBuf<'_>, before: usize) {
        let bytes = buffer.filled().get(before..).unwrap_or_default();
        let Err(Stop { at, fault }) = self.gate.pass(bytes) else { return };
        buffer.set_filled(before + at);
        self.end = Some(match fault {
            Fault::Body => End::Body,
            Fault::Head(error) => {
                // Nothing is read after the first one.
                let _ = self.requests.refused.set(error);
                End::Head { waiting: None }
            }
        });
    }

    /// What hyper reads once nothing more is read of the client.
    fn poll_end(&mut self, cx: &Context<'_>) -> Poll<io::Result<()>> {
        let is_answered = self.is_flushed && !self.requests.in_flight();
        match &mut self.end {
            // hyper drops the request that it is answering when the stream ends.
            Some(End::Head { waiting }) if !is_answered => {
                *waiting = Some(cx.waker().clone());
                Poll::Pending
            }
            Some(End::Body) => Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
            Some(End::Head { .. }) | None => Poll::Ready(Ok(())),
        }
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

    /// Runs while the client does not take what the server writes, and is ready when that takes too long.
    fn on_write_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            let now = Instant::now();
            let slow = self.slow_answer.get_or_insert_with(|| SlowAnswer::begin(now, &self.timeouts));
            if slow.is_too_slow(now, &self.timeouts) {
                self.forget_unsent();
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            let until = slow.deadline.min(slow.window_ends);
            arm(&mut self.write_timer, until.saturating_duration_since(now));
            ready!(poll_timer(&mut self.write_timer, cx));
        }
    }

    /// Makes the end of the connection a reset. Otherwise the operating system would keep what the client has not taken, and
    /// go on to send it.
    fn forget_unsent(&self) {
        if let Err(error) = self.stream.set_zero_linger() {
            tracing::debug!(%error, "a client went away");
        }
    }

    fn on_written(&mut self, written: usize) {
        self.is_flushed = false;
        if let Some(slow) = &mut self.slow_answer {
            slow.take(written);
        }
    }

    /// Runs when hyper has nothing left to write.
    fn on_flushed(&mut self, cx: &mut Context<'_>) {
        self.is_flushed = true;
        self.slow_answer = None;
        if self.requests.in_flight() {
            return;
        }
        if let Some(End::Head { waiting }) = &mut self.end {
            if let Some(waiting) = waiting.take() {
                waiting.wake();
            }
            return;
        }
        // After an answer hyper does not read again before the socket wakes it. So the timeout for the next request starts
        // here. When it fires, it wakes hyper, and hyper's next read fails.
        let _ = self.poll_read_timeout(cx);
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
        if self.end.is_some() {
            return self.poll_end(cx);
        }
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Ready(result) => {
                if buffer.filled().len() > before {
                    self.on_bytes_read();
                    self.pass(buffer, before);
                    if buffer.filled().len() == before {
                        return self.poll_end(cx);
                    }
                }
                Poll::Ready(result)
            }
            Poll::Pending => self.on_read_pending(cx),
        }
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Ready(written) => {
                self.on_written(*written.as_ref().unwrap_or(&0));
                Poll::Ready(written)
            }
            Poll::Pending => self.on_write_pending(cx).map(Err),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write_vectored(cx, pieces) {
            Poll::Ready(written) => {
                self.on_written(*written.as_ref().unwrap_or(&0));
                Poll::Ready(written)
            }
            Poll::Pending => self.on_write_pending(cx).map(Err),
        }
    }

    /// hyper then writes an answer from where it is. Otherwise it copies the whole body into a buffer of the connection.
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.on_flushed(cx);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{ClientTimeouts, LONG_ANSWER_BYTES, SlowAnswer};

    const SECOND: Duration = Duration::from_secs(1);
    const TIMEOUTS: ClientTimeouts = ClientTimeouts {
        idle: SECOND,
        head: SECOND,
        write: Duration::from_secs(30),
        write_window: Duration::from_secs(10),
        min_write_bytes: 1_000,
    };

    /// After which second a client is too slow that takes so many bytes each second; none after an hour.
    fn too_slow_after(bytes: usize) -> Option<u32> {
        let began = Instant::now();
        let mut slow = SlowAnswer::begin(began, &TIMEOUTS);
        (1..3_600).find(|second| {
            slow.take(bytes);
            slow.is_too_slow(began + *second * SECOND, &TIMEOUTS)
        })
    }

    #[test]
    fn a_client_must_take_a_little_in_each_window_and_an_answer_or_a_long_ones_next_bytes_in_its_time() {
        for (bytes, expected) in [
            (0, Some(10)),
            (99, Some(10)),
            (100, Some(30)),
            (LONG_ANSWER_BYTES / 40, Some(30)),
            (LONG_ANSWER_BYTES / 30 + 1, None),
            (LONG_ANSWER_BYTES, None),
        ] {
            assert_eq!(too_slow_after(bytes), expected, "{bytes} bytes a second");
        }
    }
}

//! The key data of a connection, and the pooler that it shows.
//!
//! When a connection opens, PostgreSQL sends the id of the process that serves it, with a secret for cancelling. A pooler
//! sends key data of its own instead. So a process id that is not that of the serving process shows a pooler.
//!
//! The driver does not show the key data, but writes it as a cancel request to any stream: here to one in memory.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
use tokio_postgres::{
    Client,
    tls::{ChannelBinding, TlsConnect, TlsStream},
};

/// What to do about a pooler that the URL does not name.
pub const UNDECLARED_POOLER: &str = "a connection pooler answers in place of PostgreSQL, and the database URL does not \
    say so. Put pgbouncer=true into the URL. If each connection keeps one session of PostgreSQL to itself (PgBouncer's \
    pool_mode=session), put pgbouncer=false";

/// The answer of a server that is asked for TLS and has it.
const TLS_IS_FINE: &[u8] = b"S";

/// The beginning of a cancel request: its length, and its code. The process id and the secret follow.
const CANCEL_REQUEST: [u8; 8] = [0, 0, 0, 16, 0x04, 0xd2, 0x16, 0x2e];

/// Whether a pooler answered when `client` connected; `serving` is the process that serves it.
pub async fn is_behind_a_pooler(client: &Client, serving: i32) -> bool {
    process_id(client).await.is_some_and(|announced| announced != serving)
}

/// The process id of the key data; 0 if there was no key data.
async fn process_id(client: &Client) -> Option<i32> {
    let (near, mut far) = duplex(64);
    far.write_all(TLS_IS_FINE).await.ok()?;
    client.cancel_token().cancel_query_raw(near, NoEncryption).await.ok()?;
    let mut written = Vec::new();
    far.read_to_end(&mut written).await.ok()?;
    // A request for TLS may stand before it.
    let (_, request) = written.split_at_checked(written.len().checked_sub(16)?)?;
    let (process_id, _) = request.strip_prefix(&CANCEL_REQUEST)?.split_first_chunk()?;
    Some(i32::from_be_bytes(*process_id))
}

/// "TLS" that changes nothing: what is written stays in memory.
struct NoEncryption;

struct InMemory(DuplexStream);

impl TlsConnect<DuplexStream> for NoEncryption {
    type Stream = InMemory;
    type Error = Infallible;
    type Future = Ready<Result<InMemory, Infallible>>;

    fn connect(self, stream: DuplexStream) -> Self::Future {
        ready(Ok(InMemory(stream)))
    }
}

impl TlsStream for InMemory {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for InMemory {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for InMemory {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

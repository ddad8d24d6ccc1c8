//! One connection, from its first byte to its close.

use std::{
    convert::Infallible,
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderValue, Request, Response, header},
};
use hyper::{
    body::{Frame, Incoming, SizeHint},
    server::conn::http1,
    service::Service,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
};

use super::{
    ServerLimits,
    client_stream::{ClientStream, ClientTimeouts, InFlight, Requests},
    head::MAX_HEADERS,
    raw_answers,
};
use crate::http::client_address::Peer;

/// How long, and how many bytes, the server reads and throws away before it closes a connection.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_MAX_BYTES: usize = 1024 * 1024;

/// The smallest buffer that hyper accepts.
const MIN_BUFFER_BYTES: usize = 8 * 1024;

type Connection = http1::Connection<TokioIo<ClientStream>, CountingRouter>;

/// Answers the requests of one connection until either side ends it.
pub(super) async fn serve(stream: TcpStream, router: Router, limits: ServerLimits, stopping: watch::Receiver<bool>) {
    let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
    let requests = Arc::new(Requests::default());
    let timeouts = ClientTimeouts {
        idle: limits.idle_timeout,
        head: limits.header_read_timeout,
        write: limits.write_timeout,
        write_window: limits.write_window,
        min_write_bytes: limits.min_write_bytes,
    };
    let stream = ClientStream::new(stream, Arc::clone(&requests), timeouts, limits.max_header_bytes);
    let service = CountingRouter { router, peer, requests: Arc::clone(&requests), stopping: stopping.clone() };
    let mut connection = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        // The stream has refused larger heads before hyper sees them. hyper would answer without a body.
        .max_header_size(limits.max_header_bytes + 1)
        .max_buf_size(limits.max_header_bytes + MIN_BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let ended = run(&mut connection, &requests, limits.stop_grace, stopping).await;
    if let Some(error) = requests.refused() {
        tracing::debug!(%error, "a connection sent no HTTP");
        answer_and_close(stream_of(connection), &raw_answers::unreadable(error)).await;
        return;
    }
    match ended {
        Some(Ok(())) => linger(stream_of(connection)).await,
        Some(Err(error)) => tracing::debug!(%error, "a connection ended"),
        None => tracing::debug!("a connection that was waiting was closed to stop the server"),
    }
}

fn stream_of(connection: Connection) -> TcpStream {
    connection.into_parts().io.into_inner().into_inner()
}

/// Runs a connection to its end. `None` means that the server stopped while the connection waited for a request.
async fn run(
    connection: &mut Connection,
    requests: &Requests,
    grace: Duration,
    mut stopping: watch::Receiver<bool>,
) -> Option<hyper::Result<()>> {
    tokio::select! {
        biased;
        ended = ended(connection) => return Some(ended),
        // `wait_for` fails when the server is gone, and that also means to stop.
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    // A request may be on its way. As far as its client knows, the server has accepted it.
    let last_request = tokio::time::timeout(grace, ended_or_begun(connection, requests)).await.ok()?;
    if last_request.is_some() {
        return last_request;
    }
    // The answer to this request says `connection: close`. If it is already sent, this closes the connection.
    Pin::new(&mut *connection).graceful_shutdown();
    Some(ended(connection).await)
}

/// Runs a connection until it ends (`Some`), or until a request has begun or was answered (`None`).
async fn ended_or_begun(connection: &mut Connection, requests: &Requests) -> Option<hyper::Result<()>> {
    let before = requests.begun();
    poll_fn(|cx| match connection.poll_without_shutdown(cx) {
        Poll::Ready(ended) => Poll::Ready(Some(ended)),
        Poll::Pending if requests.in_flight() || requests.begun() > before => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}

async fn ended(connection: &mut Connection) -> hyper::Result<()> {
    poll_fn(|cx| connection.poll_without_shutdown(cx)).await
}

/// Answers a client that there are too many connections, and closes its connection.
pub(super) async fn refuse(stream: TcpStream) {
    answer_and_close(stream, &raw_answers::overloaded()).await;
}

async fn answer_and_close(mut stream: TcpStream, answer: &[u8]) {
    let told = tokio::time::timeout(LINGER, stream.write_all(answer)).await;
    if let Ok(Ok(())) = told {
        linger(stream).await;
    }
}

/// Closes the sending side, then reads for a moment, so that a reset does not take the answer away from the client.
async fn linger(mut stream: TcpStream) {
    let reading = async {
        stream.shutdown().await?;
        // On the heap: on the stack it would make the future of every connection larger.
        let mut waste = vec![0; 4096];
        let mut left = LINGER_MAX_BYTES;
        while left > 0 {
            match stream.read(&mut waste).await? {
                0 => break,
                bytes => left = left.saturating_sub(bytes),
            }
        }
        io::Result::Ok(())
    };
    // The connection ends here in any case.
    let _ = tokio::time::timeout(LINGER, reading).await;
}

/// The router as a service of hyper. It counts the requests, and once the server stops, each answer closes its connection.
struct CountingRouter {
    router: Router,
    peer: Option<Peer>,
    requests: Arc<Requests>,
    stopping: watch::Receiver<bool>,
}

impl Service<Request<Incoming>> for CountingRouter {
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let in_flight = self.requests.begin();
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        let answer = tower::Service::call(&mut self.router.clone(), request.map(Body::new));
        let stopping = self.stopping.clone();
        Box::pin(async move {
            let Ok(mut answer) = answer.await;
            if *stopping.borrow() {
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(answer.map(|body| AnswerBody { body, _in_flight: in_flight }))
        })
    }
}

/// The body of an answer. Its request is in flight until hyper has all of it: a body may be written while it is read, for longer
/// than a connection may be idle.
struct AnswerBody {
    body: Body,
    _in_flight: InFlight,
}

impl hyper::body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

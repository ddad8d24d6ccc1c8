//! One connection, from its first byte to an orderly close.

use std::{convert::Infallible, future::poll_fn, io, pin::Pin, sync::Arc, task::Poll, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, header},
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
};

use super::{
    ServerLimits, bare,
    client_stream::{ClientStream, Patience, Requests},
};

/// How long, and how many bytes of, what nobody wants any more is read before a connection is closed.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_MAX_BYTES: usize = 1024 * 1024;

/// The smallest buffer that hyper accepts.
const MIN_BUFFER_BYTES: usize = 8 * 1024;

type Connection = http1::Connection<TokioIo<ClientStream>, Answering>;

/// Answers the requests of one connection until either side ends it.
pub(super) async fn serve(stream: TcpStream, router: Router, limits: ServerLimits, stopping: watch::Receiver<bool>) {
    let requests = Arc::new(Requests::default());
    let patience =
        Patience { idle: limits.idle_timeout, head: limits.header_read_timeout, write: limits.write_timeout };
    let stream = ClientStream::new(stream, Arc::clone(&requests), patience);
    let service = Answering { router, requests: Arc::clone(&requests), stopping: stopping.clone() };
    let mut connection = http1::Builder::new()
        .max_headers(limits.max_headers)
        .max_header_size(limits.max_header_bytes)
        .max_buf_size(limits.max_header_bytes.max(MIN_BUFFER_BYTES) * 2)
        .serve_connection(TokioIo::new(stream), service);
    match run(&mut connection, &requests, limits.stop_grace, stopping).await {
        Some(Ok(())) => linger(connection.into_parts().io.into_inner().into_inner()).await,
        Some(Err(error)) if error.is_parse() => {
            tracing::debug!(%error, "a connection sent no HTTP");
            linger(connection.into_parts().io.into_inner().into_inner()).await;
        }
        Some(Err(error)) => tracing::debug!(%error, "a connection ended"),
        None => tracing::debug!("a connection that was waiting was closed to stop the server"),
    }
}

/// Runs a connection to its end; `None` if the server stopped while it waited for a request.
async fn run(
    connection: &mut Connection,
    requests: &Requests,
    grace: Duration,
    mut stopping: watch::Receiver<bool>,
) -> Option<hyper::Result<()>> {
    tokio::select! {
        biased;
        ended = ended(connection) => return Some(ended),
        // It fails when the server is gone, which also means to stop.
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    // A request may be on its way: it was accepted, as far as its client can know.
    let last_request = tokio::time::timeout(grace, ended_or_begun(connection, requests)).await.ok()?;
    if last_request.is_some() {
        return last_request;
    }
    // Its answer says that it is the last one here; this closes what is already answered.
    Pin::new(&mut *connection).graceful_shutdown();
    Some(ended(connection).await)
}

/// Runs a connection until it ends, or has a request that is being answered or was answered since (`None`).
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

/// Tells a client that there are too many.
pub(super) async fn refuse(mut stream: TcpStream) {
    let told = tokio::time::timeout(LINGER, stream.write_all(&bare::overloaded())).await;
    if let Ok(Ok(())) = told {
        linger(stream).await;
    }
}

/// Closes in order: says that nothing more comes, and reads on for a moment, so that what we said is not lost to a reset.
async fn linger(mut stream: TcpStream) {
    let reading = async {
        stream.shutdown().await?;
        // On the heap, because otherwise every connection would carry it all its life.
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
    // The connection ends here one way or the other.
    let _ = tokio::time::timeout(LINGER, reading).await;
}

/// The router as hyper wants it, counting the requests, and ending the connection with an answer once the server stops.
struct Answering {
    router: Router,
    requests: Arc<Requests>,
    stopping: watch::Receiver<bool>,
}

impl Service<Request<Incoming>> for Answering {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let in_flight = self.requests.begin();
        let answer = tower::Service::call(&mut self.router.clone(), request.map(Body::new));
        let stopping = self.stopping.clone();
        Box::pin(async move {
            let Ok(mut answer) = answer.await;
            if *stopping.borrow() {
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            drop(in_flight);
            Ok(answer)
        })
    }
}

//! One connection, from its first byte to an orderly close.

use std::{convert::Infallible, future::poll_fn, io, pin::Pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Request, response::Response};
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
/// When the server stops: how long a connection that was accepted may take to bring its request.
const LAST_REQUEST: Duration = Duration::from_millis(500);

/// The smallest buffer that hyper accepts.
const MIN_BUFFER_BYTES: usize = 8 * 1024;

type Connection = http1::Connection<TokioIo<ClientStream>, Answering>;

/// Answers the requests of one connection until either side ends it.
pub(super) async fn serve(stream: TcpStream, router: Router, limits: ServerLimits, stopping: watch::Receiver<bool>) {
    let requests = Arc::new(Requests::default());
    let patience =
        Patience { idle: limits.idle_timeout, head: limits.header_read_timeout, write: limits.write_timeout };
    let stream = ClientStream::new(stream, Arc::clone(&requests), patience);
    let service = Answering { router, requests: Arc::clone(&requests) };
    let mut connection = http1::Builder::new()
        .max_headers(limits.max_headers)
        .max_header_size(limits.max_header_bytes)
        .max_buf_size(limits.max_header_bytes.max(MIN_BUFFER_BYTES) * 2)
        .serve_connection(TokioIo::new(stream), service);
    match run(&mut connection, &requests, stopping).await {
        Some(Ok(())) => linger(connection.into_parts().io.into_inner().into_inner()).await,
        Some(Err(error)) if error.is_parse() => {
            tracing::debug!(%error, "a connection sent no HTTP");
            linger(connection.into_parts().io.into_inner().into_inner()).await;
        }
        Some(Err(error)) => tracing::debug!(%error, "a connection ended"),
        None => tracing::debug!("a connection that was waiting was closed to stop the server"),
    }
}

/// Runs a connection to its end; `None` if it was stopped while it waited for a request.
async fn run(
    connection: &mut Connection,
    requests: &Requests,
    mut stopping: watch::Receiver<bool>,
) -> Option<hyper::Result<()>> {
    tokio::select! {
        biased;
        ended = ended(connection) => return Some(ended),
        // It fails when the server is gone, which also means to stop.
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    // Idle connections end here; one that is being answered goes on; one that never had a request may be about to.
    Pin::new(&mut *connection).graceful_shutdown();
    tokio::select! {
        biased;
        ended = ended(connection) => return Some(ended),
        () = tokio::time::sleep(LAST_REQUEST) => {}
    }
    if requests.in_flight() { Some(ended(connection).await) } else { None }
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

/// The router as hyper wants it, counting the requests.
struct Answering {
    router: Router,
    requests: Arc<Requests>,
}

impl Service<Request<Incoming>> for Answering {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let in_flight = self.requests.begin();
        let answer = tower::Service::call(&mut self.router.clone(), request.map(Body::new));
        Box::pin(async move {
            let answer = answer.await;
            drop(in_flight);
            answer
        })
    }
}

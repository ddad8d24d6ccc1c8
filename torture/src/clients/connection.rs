//! One keep-alive connection to a server, and requests on it, one after the other.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, StatusCode,
    client::conn::http1::{SendRequest, handshake},
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Longer than any server takes to answer (`TALLYSTICK_REQUEST_TIMEOUT`, 10 s).
const PATIENCE: Duration = Duration::from_secs(15);

/// What goes over a connection.
#[derive(Debug, Clone)]
pub struct Call {
    /// GET, POST, PATCH.
    pub method: Method,
    /// From `/v1` on.
    pub path: String,
    /// An API key, or the admin token.
    pub token: String,
    /// The idempotency key, if it takes one.
    pub key: Option<String>,
    /// JSON, if it has a body.
    pub body: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// `Idempotent-Replayed: true`.
    pub replayed: bool,
    /// The body.
    pub body: Bytes,
}

/// One connection.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Its errors reach the sender.
        tokio::spawn(connection);
        Ok(Self { sender, address })
    }

    /// The server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request and waits for all of its answer.
    pub async fn send(&mut self, call: &Call) -> anyhow::Result<Reply> {
        tokio::time::timeout(PATIENCE, self.exchange(call)).await.context("no answer in time")?
    }

    async fn exchange(&mut self, call: &Call) -> anyhow::Result<Reply> {
        let mut request = Request::builder()
            .method(&call.method)
            .uri(&call.path)
            .header(HOST, "localhost")
            .header(AUTHORIZATION, format!("Bearer {}", call.token));
        if let Some(key) = &call.key {
            request = request.header("idempotency-key", key);
        }
        if call.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = call.body.clone().map(Bytes::from).unwrap_or_default();
        self.sender.ready().await?;
        let response = self.sender.send_request(request.body(Full::new(body))?).await?;
        let status = response.status();
        let replayed = response.headers().get("idempotent-replayed").is_some_and(|value| value == "true");
        let body = response.into_body().collect().await?.to_bytes();
        Ok(Reply { status, replayed, body })
    }
}

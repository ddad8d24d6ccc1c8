//! An HTTP client for readable tests.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::Value;

use super::contract;

/// Sends requests with one credential.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    credential: Option<String>,
    http: reqwest::Client,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Client {
    pub fn new(address: SocketAddr, credential: Option<&str>) -> Self {
        // Ignore proxies of the environment.
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { address, credential: credential.map(str::to_owned), http }
    }

    /// The same credential at another server, over other connections.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self::new(address, self.credential.as_deref())
    }

    /// The same server with another credential.
    pub fn with(&self, credential: &str) -> Self {
        Self::new(self.address, Some(credential))
    }

    /// The same server without a credential.
    pub fn anonymous(&self) -> Self {
        Self::new(self.address, None)
    }

    /// A request to be completed by the test.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("http://{}{path}", self.address));
        match &self.credential {
            Some(credential) => request.bearer_auth(credential),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// The rows of a list for which a query parameter has a value.
    pub async fn find(&self, path: &str, parameter: &str, value: &str) -> Answer {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        self.get(&format!("{path}?{}", query.append_pair(parameter, value).finish())).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::PATCH, path).json(body)).await
    }

    /// Moves money or stock, under an idempotency key.
    pub async fn move_with(&self, key: &str, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    /// Sends a body as it is, under a key of its own.
    pub async fn send_text(&self, method: Method, path: &str, body: &str) -> Answer {
        let request = self.request(method, path).header("Idempotency-Key", uuid::Uuid::now_v7().to_string());
        send(request.header("Content-Type", "application/json").body(body.to_owned())).await
    }

    /// Moves money or stock, under a key of its own.
    pub async fn move_once(&self, path: &str, body: &Value) -> Answer {
        self.move_with(&uuid::Uuid::now_v7().to_string(), path, body).await
    }
}

/// Sends a request, reads the answer, and compares it with the API's description.
pub async fn send(request: RequestBuilder) -> Answer {
    send_timed(request).await.0
}

/// The same, and how long the answer took.
pub async fn send_timed(request: RequestBuilder) -> (Answer, Duration) {
    let (http, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let request_body = request.body().and_then(reqwest::Body::as_bytes).map(<[u8]>::to_vec);
    let started = Instant::now();
    let response = http.execute(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let answer = Answer { status, headers, body: response.text().await.unwrap() };
    let took = started.elapsed();
    contract::check(&method, &path, request_body.as_deref(), &answer);
    (answer, took)
}

impl Answer {
    /// The body, if the status is the expected one.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The problem, if status and code are the expected ones; every problem is complete.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{}", self.body);
        assert_eq!(problem["status"], status, "{}", self.body);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"), "{}", self.body);
        problem
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Whether this repeats an earlier answer.
    pub fn is_replay(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }
}

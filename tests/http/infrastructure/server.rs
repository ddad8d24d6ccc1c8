//! A server in this process, with routes made for testing and API keys kept in memory.

use std::{
    convert::Infallible,
    net::SocketAddr,
    num::NonZeroU32,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderName, HeaderValue, Method},
    response::IntoResponse,
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use futures_util::{future::BoxFuture, stream};
use serde::{Deserialize, Serialize};
use tallystick::{
    auth::{AdminToken, Authenticator, GeneratedKey, JwtVerifier, KeyCacheSettings, KeyStore, StoredKey},
    db::{Database, connection::PoolSettings},
    domain::{ApiKeyId, BusinessId, CustomerId, IdempotencyKey, Name, PageLimit, Quantity, Scope},
    error::{Entity, Error, Result},
    http::{
        cors::{self, CorsOrigins},
        extract::{Admin, IdPath, Json, Query, Reader, Writer, parsed},
        layers::DeclaredQueries,
        rate_limit::{Rate, RateLimiter},
        router::with_layers,
        routes::operations,
        server::{Drained, ServerLimits, serve},
        state::{AppState, RequestLimits, Shared, Stopping},
    },
    metrics::{Metrics, TextFormat},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot},
    task::JoinHandle,
};
use utoipa::ToSchema;

pub const ADMIN_TOKEN: &str = "the-operators-own-token-for-tests";

/// API keys in memory, counting how often they are looked up.
#[derive(Default)]
pub struct MemoryKeys {
    keys: Mutex<Vec<(BusinessId, String, StoredKey)>>,
    pub look_ups: AtomicUsize,
    /// If set, a look-up waits here before it returns what it found.
    pub gate: Mutex<Option<Arc<Notify>>>,
}

impl MemoryKeys {
    pub fn add(
        &self,
        business_id: BusinessId,
        scopes: &[Scope],
        expires_at: Option<DateTime<Utc>>,
    ) -> (String, ApiKeyId) {
        let key = GeneratedKey::generate(business_id).unwrap();
        let id = self.store(business_id, &key, scopes, expires_at);
        (key.plain, id)
    }

    pub fn store(
        &self,
        business_id: BusinessId,
        key: &GeneratedKey,
        scopes: &[Scope],
        expires_at: Option<DateTime<Utc>>,
    ) -> ApiKeyId {
        let id = ApiKeyId::new();
        let stored = StoredKey { id, hash: key.hash, scopes: scopes.to_vec(), expires_at };
        self.keys.lock().unwrap().push((business_id, key.prefix.clone(), stored));
        id
    }

    pub fn remove(&self, id: ApiKeyId) {
        self.keys.lock().unwrap().retain(|(_, _, key)| key.id != id);
    }

    pub fn look_ups(&self) -> usize {
        self.look_ups.load(Ordering::SeqCst)
    }
}

impl KeyStore for MemoryKeys {
    fn find<'a>(&'a self, business_id: BusinessId, prefix: &'a str) -> BoxFuture<'a, Result<Option<StoredKey>>> {
        Box::pin(async move {
            self.look_ups.fetch_add(1, Ordering::SeqCst);
            let is_it =
                |(business, name, _): &&(BusinessId, String, StoredKey)| *business == business_id && name == prefix;
            let found = self.keys.lock().unwrap().iter().find(is_it).map(|(_, _, key)| key.clone());
            let gate = self.gate.lock().unwrap().clone();
            if let Some(gate) = gate {
                gate.notified().await;
            }
            Ok(found)
        })
    }
}

/// The settings of a test server.
pub struct Setup {
    pub keys: Arc<MemoryKeys>,
    pub key_cache: KeyCacheSettings,
    pub jwt: Option<JwtVerifier>,
    pub admin_token: Option<&'static str>,
    pub rate: Option<Rate>,
    /// How often an address may fail to authenticate in a minute.
    pub failures: Option<u32>,
    pub trusted_proxies: &'static str,
    pub requests: RequestLimits,
    pub cors_origins: CorsOrigins,
    pub connections: ServerLimits,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            keys: Arc::default(),
            key_cache: KeyCacheSettings::default(),
            jwt: None,
            admin_token: Some(ADMIN_TOKEN),
            rate: None,
            failures: None,
            trusted_proxies: "",
            requests: RequestLimits::default(),
            cors_origins: CorsOrigins::None,
            connections: ServerLimits::default(),
        }
    }
}

/// A database that does not exist. Opening the pool connects to nothing, and no route here calls it.
pub fn nowhere(metrics: &Arc<Metrics>) -> Database {
    let url = "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable".parse().unwrap();
    Database::open(&url, &PoolSettings::default(), Arc::clone(metrics)).unwrap()
}

/// A rate: this many requests at once, then one a second.
pub fn burst(requests: u32) -> Rate {
    Rate { per_second: NonZeroU32::MIN, burst: NonZeroU32::new(requests).unwrap() }
}

pub struct TestServer {
    pub address: SocketAddr,
    pub state: AppState,
    pub keys: Arc<MemoryKeys>,
    pub client: reqwest::Client,
    pub gates: Gates,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Drained>,
}

/// `/waits` signals `entered` when it runs, and then waits for `leave`. `/streams` does the same in the middle of its answer.
#[derive(Clone, Default)]
pub struct Gates {
    pub entered: Arc<Notify>,
    pub leave: Arc<Notify>,
}

impl TestServer {
    pub async fn start(setup: Setup) -> Self {
        let metrics = Arc::new(Metrics::new());
        let keys = Arc::clone(&setup.keys);
        let admin_token = setup.admin_token.map(AdminToken::new);
        let store = Arc::clone(&setup.keys) as Arc<dyn KeyStore>;
        let authenticator = Authenticator::new(store, setup.key_cache, setup.jwt, admin_token, Arc::clone(&metrics))
            .with_failures_per_minute(setup.failures.and_then(NonZeroU32::new));
        let state = AppState::from(Shared {
            db: nowhere(&metrics),
            metrics: Arc::clone(&metrics),
            authenticator,
            trusted_proxies: setup.trusted_proxies.parse().unwrap(),
            rate_limiter: RateLimiter::new(setup.rate),
            limits: setup.requests,
            memory: Arc::default(),
            stopping: Stopping::default(),
        });
        let gates = Gates::default();
        let queries = DeclaredQueries::default().with("/list", Method::GET, ["limit".to_owned()]);
        let layered = with_layers(routes(&gates), queries, state.clone());
        let router = cors::allow(layered, &setup.cors_origins, state.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async { drop(stopped.await) };
        let running = tokio::spawn(serve(listener, router, setup.connections, metrics, shutdown));
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { address, state, keys, client, gates, stop, running }
    }

    pub async fn plain() -> Self {
        Self::start(Setup::default()).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(self.url(path))
    }

    pub fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(self.url(path))
    }

    /// A new connection, to write HTTP by hand.
    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends these bytes on a new connection and returns everything until it is closed.
    pub async fn exchange(&self, bytes: &[u8]) -> String {
        let mut connection = self.connect().await;
        connection.write_all(bytes).await.unwrap();
        read_to_end(&mut connection).await
    }

    pub fn metrics(&self) -> String {
        self.state.metrics.render(TextFormat::OpenMetrics).unwrap()
    }

    /// Begins to stop the server. The handle returns how it ended.
    pub fn begin_stop(self) -> JoinHandle<Drained> {
        self.stop.send(()).unwrap();
        self.running
    }
}

pub async fn read_to_end(connection: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// Reads one answer with a body of a known length, leaving the connection open.
pub async fn read_answer(connection: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    loop {
        answer.push(connection.read_u8().await.unwrap());
        let text = String::from_utf8_lossy(&answer);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        if body.len() == length.parse::<usize>().unwrap() {
            return text.into_owned();
        }
    }
}

/// A problem's status, code and whole body. Checks the properties that every problem has.
#[track_caller]
pub fn problem(response: reqwest::Response) -> impl Future<Output = (u16, String, serde_json::Value)> {
    let caller = std::panic::Location::caller();
    async move {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        let body: serde_json::Value =
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{caller}: {status} {text}"));
        assert_eq!(headers["content-type"], "application/problem+json", "{caller}: {body}");
        assert_eq!(body["status"], status, "{caller}");
        assert_eq!(body["request_id"], headers["x-request-id"].to_str().unwrap(), "{caller}");
        let code = body["code"].as_str().unwrap().to_owned();
        assert_eq!(body["type"], format!("urn:tallystick:problem:{code}"), "{caller}");
        (status, code, body)
    }
}

/// A short wait, for limits that a test reaches on purpose.
pub const SHORT: Duration = Duration::from_millis(50);

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"name": "n", "items": [{"quantity": 1}]})))]
struct Sample {
    name: Name,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Item {
    quantity: Quantity,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Page {
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
}

/// Streams "begins, ends", and waits between the two.
fn streams(gates: Gates) -> Body {
    let parts = stream::unfold(0, move |part| {
        let gates = gates.clone();
        async move {
            match part {
                0 => Some((Ok::<_, Infallible>("begins, "), 1)),
                1 => {
                    gates.entered.notify_one();
                    gates.leave.notified().await;
                    Some((Ok("ends"), 2))
                }
                _ => None,
            }
        }
    });
    Body::from_stream(parts)
}

fn routes(gates: &Gates) -> Router<AppState> {
    let (gates, streaming) = (gates.clone(), gates.clone());
    let waits = move || {
        let gates = gates.clone();
        async move {
            gates.entered.notify_one();
            gates.leave.notified().await;
            "done"
        }
    };
    Router::new()
        .route("/healthz", get(operations::healthz))
        .route("/metrics", get(operations::metrics))
        .route("/readyz", get(operations::readyz))
        .route("/large", get(async || vec![b'x'; LARGE_BYTES]))
        .route("/long", get(async || vec![b'x'; LONG_BYTES]))
        .route("/streams", get(async move || streams(streaming)))
        .route("/echo", post(async |Json(sample): Json<Sample>| Json(sample)))
        .route("/panics", get(panics))
        .route("/fails", get(async || Error::Internal(anyhow::anyhow!("password=hunter2").context("while failing"))))
        .route("/hangs", get(std::future::pending::<()>))
        .route("/waits", get(waits))
        .route("/list", get(async |Query(page): Query<Page>| Json(page.limit.get())))
        .route("/customers/{customer_id}", get(async |IdPath(_): IdPath<CustomerId>| Error::NotFound(Entity::Customer)))
        .route("/read", get(async |Reader(caller): Reader| Json(caller.business_id)))
        .route("/write", post(write))
        .route("/platform", get(async |_: Admin| "welcome"))
        .route(
            "/replayed",
            get(async || [(HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"))]),
        )
}

/// The size of the answer of `/large`: more than the operating system keeps for a client that takes nothing.
pub const LARGE_BYTES: usize = 4 * 1024 * 1024;
/// The size of the answer of `/long`: several times the part of an answer that has a time limit of its own.
pub const LONG_BYTES: usize = 16 * 1024 * 1024;

async fn panics() -> &'static str {
    panic!("on purpose")
}

async fn write(
    State(_): State<AppState>,
    Writer(caller): Writer,
    key: IdempotencyKey,
    Json(sample): Json<Sample>,
) -> impl IntoResponse {
    Json(serde_json::json!({"business_id": caller.business_id, "key": key.as_str(), "name": sample.name}))
}

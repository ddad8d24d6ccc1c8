//! A whole server in this process, with its own database, a real socket and the role of a real server.

use std::{net::SocketAddr, sync::Arc};

use clap::Parser;
use postgres_url::ConnectionUrl;
use tallystick::{
    app::App,
    cli::{Cli, Command},
    config::ServeArgs,
    db::Database,
    domain::BusinessId,
    http::server::{self, Drained},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{audit, client::Client, fresh_database::FreshDatabase, shop::Shop};

/// The admin token of every server under test.
pub const ADMIN_TOKEN: &str = "test-admin-token-of-32-characters";

/// A server under test.
pub struct TestServer {
    /// Its database, perhaps with other servers on it.
    pub database: Arc<FreshDatabase>,
    /// Its handle on the database.
    pub db: Database,
    /// Where it listens.
    pub address: SocketAddr,
    operator_address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Drained>,
    serving_operator: AbortOnDrop,
}

/// A listener that lives as long as its server.
struct AbortOnDrop(JoinHandle<Drained>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl TestServer {
    /// A server with the settings that users have by default.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// A server with some flags of `tallystick serve`.
    pub async fn start_with(flags: &[&str]) -> Self {
        Self::start_on(FreshDatabase::installed().await, flags).await
    }

    /// One more server on this one's database.
    pub async fn start_another(&self, flags: &[&str]) -> Self {
        Self::start_on(Arc::clone(&self.database), flags).await
    }

    /// A server on a database.
    pub async fn start_on(database: impl Into<Arc<FreshDatabase>>, flags: &[&str]) -> Self {
        let database = database.into();
        let url = database.server_url();
        Self::start_at(database, &url, flags).await
    }

    /// A server that reaches its database at a URL, such as that of a [proxy](super::proxy).
    pub async fn start_at(database: impl Into<Arc<FreshDatabase>>, url: &ConnectionUrl, flags: &[&str]) -> Self {
        Self::start_from(database, url, &serve_args(flags)).await
    }

    /// A server with any settings.
    pub async fn start_from(database: impl Into<Arc<FreshDatabase>>, url: &ConnectionUrl, args: &ServeArgs) -> Self {
        args.check().unwrap();
        let app = App::build(args, url).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let operator_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let operator_address = operator_listener.local_addr().unwrap();
        let db = app.state.db.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let metrics = app.state.metrics.clone();
        let limits = args.http.server_limits();
        let serving = tokio::spawn(server::serve(listener, app.router, limits, Arc::clone(&metrics), async {
            let _ = stopped.await;
        }));
        let forever = std::future::pending();
        let operator = server::serve(operator_listener, app.operator_router, limits, metrics, forever);
        let serving_operator = AbortOnDrop(tokio::spawn(operator));
        Self { database: database.into(), db, address, operator_address, stop, serving, serving_operator }
    }

    /// A client with the admin token.
    pub fn admin(&self) -> Client {
        self.client(ADMIN_TOKEN)
    }

    /// A client without credentials.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address, None)
    }

    /// A client at the operator's own listener.
    pub fn operator(&self) -> Client {
        Client::new(self.operator_address, None)
    }

    /// A client with a bearer credential.
    pub fn client(&self, credential: &str) -> Client {
        Client::new(self.address, Some(credential))
    }

    /// A new business with a client that may do everything in it.
    pub async fn shop(&self) -> Shop {
        Shop::open(self).await
    }

    /// A client for a business that has just these scopes.
    pub async fn client_with_scopes(&self, business_id: BusinessId, scopes: &[&str]) -> Client {
        let body = serde_json::json!({"name": "test", "scopes": scopes});
        let created = self.admin().post(&format!("/v1/businesses/{business_id}/api-keys"), &body).await;
        self.client(created.expect(201)["key"].as_str().unwrap())
    }

    /// The value of one of its metrics, named without the common prefix.
    pub async fn metric(&self, name: &str) -> usize {
        let metrics = self.operator().get("/metrics").await.body;
        let name = format!("tallystick_{name} ");
        let value = metrics.lines().find_map(|line| line.strip_prefix(&name));
        value.unwrap_or_else(|| panic!("no {name}in {metrics}")).trim_end_matches(".0").parse().unwrap()
    }

    /// Audits the database and fails with every finding. Every test that moves money ends with it.
    pub async fn audit(&self) {
        audit::audit(&self.database).await;
    }

    /// Stops as on SIGTERM.
    pub async fn stop(self) -> Drained {
        drop((self.stop, self.serving_operator));
        let drained = self.serving.await.unwrap();
        self.db.close();
        drained
    }
}

/// The settings of `tallystick serve` with some flags, regardless of the environment's.
pub fn serve_args(flags: &[&str]) -> ServeArgs {
    let arguments = [&["tallystick", "serve", "--admin-token", ADMIN_TOKEN], flags].concat();
    match Cli::try_parse_from(arguments).unwrap_or_else(|error| panic!("{error}")).command {
        Command::Serve(args) => *args,
        other => panic!("not serve: {other:?}"),
    }
}

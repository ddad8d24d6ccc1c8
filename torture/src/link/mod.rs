//! The network between a server and PostgreSQL: a small proxy that knows PostgreSQL's messages. It can cut a connection on
//! either side of a commit, stop for a while, or delay every packet.
//!
//! It listens on a Unix socket in a folder of its own. A call that writes is one statement, which commits when it ends. So
//! "before the commit" is before the link sends its Bind on to PostgreSQL. "After the commit" is when PostgreSQL has answered
//! `ReadyForQuery` and the link has not sent that on to the server.

mod frames;
mod relay;
mod tripwire;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::Context;
use tokio::{net::UnixListener, task::JoinHandle};

use tripwire::Tripwire;
pub use tripwire::{Side, Snag};

/// PostgreSQL's usual port, which names the socket.
const SOCKET: &str = ".s.PGSQL.5432";

/// One link. Dropping it cuts all its connections.
pub struct Link {
    folder: PathBuf,
    weather: Arc<Weather>,
    accepting: JoinHandle<()>,
}

/// What the link does to all of its connections.
#[derive(Default)]
pub(crate) struct Weather {
    tripwire: Mutex<Option<Tripwire>>,
    stalled_until: Mutex<Option<Instant>>,
    delay: Mutex<Duration>,
}

impl Link {
    /// Listens in `folder`, which is made, in front of the PostgreSQL whose socket is `upstream`.
    ///
    /// # Errors
    /// When the folder cannot be made or listened in.
    pub fn open(folder: &Path, upstream: PathBuf) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).context("cannot make the link's folder")?;
        let listener = UnixListener::bind(folder.join(SOCKET)).context("cannot listen in the link's folder")?;
        let weather = Arc::<Weather>::default();
        let accepting = tokio::spawn(relay::accept(listener, upstream, Arc::clone(&weather)));
        Ok(Self { folder: folder.to_owned(), weather, accepting })
    }

    /// The URL of `database` through this link.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        let host = self.folder.display().to_string().replace('/', "%2F");
        format!("postgresql:///{database}?host={host}&user={role}")
    }

    /// Waits until the next writing call reaches `side`, and holds it there until the [`Snag`] is dropped or cut.
    ///
    /// Returns nothing if none came within `patience`.
    pub async fn snag(&self, side: Side, patience: Duration) -> Option<Snag> {
        let (tripwire, snagged) = Tripwire::new(side);
        self.weather.set_tripwire(Some(tripwire));
        let snag = tokio::time::timeout(patience, snagged).await;
        self.weather.set_tripwire(None);
        snag.ok()?.ok()
    }

    /// Lets nothing through for a while, in either direction.
    pub fn stall(&self, time: Duration) {
        *lock(&self.weather.stalled_until) = Some(Instant::now() + time);
    }

    /// Delays every chunk in either direction from now on.
    pub fn slow(&self, delay: Duration) {
        *lock(&self.weather.delay) = delay;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Weather {
    fn set_tripwire(&self, tripwire: Option<Tripwire>) {
        *lock(&self.tripwire) = tripwire;
    }

    /// The tripwire, if it is set at `side`; it is then gone.
    fn take_tripwire(&self, side: Side) -> Option<Tripwire> {
        let mut tripwire = lock(&self.tripwire);
        if tripwire.as_ref().is_some_and(|tripwire| tripwire.is_at(side)) { tripwire.take() } else { None }
    }

    /// Waits as long as a chunk has to.
    async fn pass(&self) {
        let delay = *lock(&self.delay);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        loop {
            let stalled_until = *lock(&self.stalled_until);
            match stalled_until {
                Some(until) if until > Instant::now() => tokio::time::sleep_until(until.into()).await,
                _ => return,
            }
        }
    }
}

/// A poisoned lock means that another task panicked while it held a plain value: the value is whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

//! Carries bytes between a server and PostgreSQL.

use std::{path::PathBuf, sync::Arc, time::Duration};

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    task::JoinSet,
};

use super::{
    Side, Weather,
    frames::{Event, Frames},
    tripwire::Fate,
};

/// How much is read at a time. A call is smaller, so its messages stay together as on a network.
const CHUNK_BYTES: usize = 64 * 1024;
/// How long a session lives after its server has lost the connection.
const HALF_OPEN: Duration = Duration::from_secs(1);

/// Accepts for as long as it is not aborted; all connections end with it.
pub(super) async fn accept(listener: UnixListener, upstream: PathBuf, weather: Arc<Weather>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((server, _)) = accepted {
                    connections.spawn(carry(server, upstream.clone(), Arc::clone(&weather)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection, until either side ends it or it is cut. Without a PostgreSQL it ends at once.
async fn carry(server: UnixStream, upstream: PathBuf, weather: Arc<Weather>) {
    let Ok(postgres) = UnixStream::connect(upstream).await else { return };
    let (up, down) = (BytesMut::with_capacity(CHUNK_BYTES), BytesMut::with_capacity(CHUNK_BYTES));
    let mut connection = Connection { server, postgres, up, down, weather };
    if let Fate::ComesLate(time) = connection.run().await {
        connection.deliver_after(time).await;
    }
}

/// Both sides, and what is on its way.
struct Connection {
    server: UnixStream,
    postgres: UnixStream,
    up: BytesMut,
    down: BytesMut,
    weather: Arc<Weather>,
}

impl Connection {
    /// How it ended.
    async fn run(&mut self) -> Fate {
        let (mut from_server, mut from_postgres) = (Frames::from_server(), Frames::from_postgres());
        // Whether PostgreSQL is at work on a call that writes.
        let mut is_writing = false;
        loop {
            let fate = tokio::select! {
                read = self.server.read_buf(&mut self.up) => match read {
                    Ok(1..) => {
                        let calls = from_server.add(&self.up).contains(&Event::Call);
                        is_writing |= calls;
                        self.pass_up(calls).await
                    }
                    _ => Fate::IsCut,
                },
                read = self.postgres.read_buf(&mut self.down) => match read {
                    Ok(1..) => {
                        let is_done = from_postgres.add(&self.down).contains(&Event::Done);
                        let commits = is_done && is_writing;
                        is_writing &= !is_done;
                        self.pass_down(commits).await
                    }
                    _ => Fate::IsCut,
                },
            };
            if fate != Fate::GoesOn {
                return fate;
            }
        }
    }

    async fn pass_up(&mut self, calls: bool) -> Fate {
        self.weather.pass().await;
        let fate = self.reach(calls, Side::BeforeCall).await;
        if fate != Fate::GoesOn {
            return fate;
        }
        if !forward(&mut self.up, &mut self.postgres).await {
            return Fate::IsCut;
        }
        self.reach(calls, Side::DuringCall).await
    }

    async fn pass_down(&mut self, commits: bool) -> Fate {
        self.weather.pass().await;
        let fate = self.reach(commits, Side::AfterCommit).await;
        if fate == Fate::GoesOn && !forward(&mut self.down, &mut self.server).await {
            return Fate::IsCut;
        }
        fate
    }

    /// Trips the tripwire at this side, if it is set for such a call.
    async fn reach(&self, is_meant: bool, side: Side) -> Fate {
        if is_meant && let Some(tripwire) = self.weather.take_tripwire(side) {
            return tripwire.trip().await;
        }
        Fate::GoesOn
    }

    /// The server has lost its connection. What it sent still arrives, and PostgreSQL executes it.
    async fn deliver_after(mut self, time: Duration) {
        drop(self.server);
        tokio::time::sleep(time).await;
        if forward(&mut self.up, &mut self.postgres).await {
            // Until it has answered, or has ended the session.
            let _ = tokio::time::timeout(HALF_OPEN, self.postgres.read_buf(&mut self.down)).await;
        }
    }
}

async fn forward(chunk: &mut BytesMut, to: &mut UnixStream) -> bool {
    let is_sent = to.write_all(chunk).await.is_ok();
    chunk.clear();
    is_sent
}

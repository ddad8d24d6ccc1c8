//! Carries bytes between a server and PostgreSQL.

use std::{path::PathBuf, sync::Arc};

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    task::JoinSet,
};

use super::{
    Side, Weather,
    frames::{Event, Frames},
};

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
async fn carry(mut server: UnixStream, upstream: PathBuf, weather: Arc<Weather>) {
    let Ok(mut postgres) = UnixStream::connect(upstream).await else { return };
    let (mut from_server, mut from_postgres) = (Frames::from_server(), Frames::from_postgres());
    let (mut up, mut down) = (BytesMut::new(), BytesMut::new());
    // Whether PostgreSQL is at work on a call that writes.
    let mut is_writing = false;
    loop {
        let may_go_on = tokio::select! {
            read = server.read_buf(&mut up) => match read {
                Ok(1..) => {
                    let calls = from_server.add(&up).contains(&Event::Call);
                    is_writing |= calls;
                    weather.pass().await;
                    (!calls || reach(&weather, Side::BeforeCall).await)
                        && forward(&mut up, &mut postgres).await
                        && (!calls || reach(&weather, Side::DuringCall).await)
                }
                _ => false,
            },
            read = postgres.read_buf(&mut down) => match read {
                Ok(1..) => {
                    let is_done = from_postgres.add(&down).contains(&Event::Done);
                    weather.pass().await;
                    let may = !(is_done && is_writing) || reach(&weather, Side::AfterCommit).await;
                    is_writing &= !is_done;
                    may && forward(&mut down, &mut server).await
                }
                _ => false,
            },
        };
        if !may_go_on {
            return;
        }
    }
}

/// Trips the wire that may be set there. False: cut.
async fn reach(weather: &Weather, side: Side) -> bool {
    match weather.take_tripwire(side) {
        Some(tripwire) => tripwire.trip().await,
        None => true,
    }
}

async fn forward(chunk: &mut BytesMut, to: &mut UnixStream) -> bool {
    let is_sent = to.write_all(chunk).await.is_ok();
    chunk.clear();
    is_sent
}

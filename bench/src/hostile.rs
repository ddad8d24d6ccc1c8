//! Hostile clients, on a thread of their own, so that they take no turns from the load that is measured beside them.

use std::{net::SocketAddr, sync::Arc, thread::JoinHandle, time::Duration};

use anyhow::Context;
use hostile_clients::{Counts, Hostility};
use tokio::{sync::oneshot, task::JoinSet};

/// How long they may take until each has sent all that it can.
const PATIENCE: Duration = Duration::from_mins(5);

/// Clients of every kind, until this is dropped.
pub struct HostileClients {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl HostileClients {
    /// Starts so many, with an API key, and waits until each has begun.
    pub async fn start(server: SocketAddr, api_key: &str, clients: usize) -> anyhow::Result<Self> {
        let kinds = Arc::new(Hostility::all(api_key));
        let counts = Arc::new(Counts::default());
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = {
            let counts = Arc::clone(&counts);
            std::thread::spawn(move || {
                runtime.block_on(async {
                    let mut all = JoinSet::new();
                    for number in 0..clients {
                        let (kinds, counts) = (Arc::clone(&kinds), Arc::clone(&counts));
                        all.spawn(async move {
                            if let Some(kind) = kinds.get(number % kinds.len()) {
                                kind.go_on(server, &counts).await;
                            }
                        });
                    }
                    // It ends when the other half is dropped, too.
                    let _ = stopped.await;
                });
            })
        };
        let this = Self { stop: Some(stop), thread: Some(thread) };
        let all = counts.begun.acquire_many(clients.try_into()?);
        let all = tokio::time::timeout(PATIENCE, all).await.context("not every hostile client could begin")?;
        drop(all?);
        Ok(this)
    }
}

impl Drop for HostileClients {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say, even if it panicked.
            let _ = thread.join();
        }
    }
}

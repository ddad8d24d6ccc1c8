//! The server's memory for connections that are open and idle.

use anyhow::{Context, ensure};

use super::steady::memory;
use crate::{
    client::Client,
    cpu::resident_bytes,
    figures::{Figures, Goal},
    server::{Combining, Server},
    stage::Stage,
};

/// How many connections.
pub const CONNECTIONS: usize = 1_000;

/// Opens connections to a new server that each ask once, and keeps them.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    stage.progress.step(format!("{CONNECTIONS} idle connections"));
    let server = Server::start(stage.bed, &stage.database, Combining::On).await?;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = Client::connect(server.target.address).await?;
        let status = client.get("/v1/products?limit=1", &stage.database.api_keys[0]).await?;
        ensure!(status == 200, "a list was refused: {}", client.last_answer());
        clients.push(client);
    }
    // Without `/proc` there is no figure.
    if resident_bytes(std::process::id()).is_some() {
        let bytes = resident_bytes(server.target.pid).context("the server ended")?;
        memory(figures, "server memory, 1,000 idle connections", bytes, Some(Goal::AtMost(64.0)));
    }
    drop(clients);
    server.stop().await
}

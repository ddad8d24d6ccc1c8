//! What connections cost that ask for nothing at the moment.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::{client::Client, cpu::resident_bytes, progress::Progress};

/// How many connections.
pub const CONNECTIONS: usize = 1_000;

/// What came of it. Memory is the server's resident set, in bytes.
#[derive(Debug, Serialize)]
pub struct Idle {
    /// How many connections were open.
    pub connections: usize,
    /// Before they were opened.
    pub before_bytes: u64,
    /// While they were open.
    pub with_bytes: u64,
}

/// Opens connections that each ask once, and keeps them. `pid` is the server's, fresh or after a load.
pub async fn measure(server: SocketAddr, pid: u32, api_key: &str, progress: &Progress) -> anyhow::Result<Option<Idle>> {
    progress.step(format!("{CONNECTIONS} idle connections"));
    let Some(before_bytes) = resident_bytes(pid) else { return Ok(None) };
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = Client::connect(server).await?;
        let status = client.get("/v1/products?limit=1", api_key).await?;
        ensure!(status == 200, "a list was refused: {}", client.last_answer());
        clients.push(client);
    }
    let with_bytes = resident_bytes(pid).context("the server ended")?;
    Ok(Some(Idle { connections: clients.len(), before_bytes, with_bytes }))
}

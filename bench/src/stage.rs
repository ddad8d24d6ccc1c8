//! What the measures stand on: PostgreSQL, the shop's database, and two servers on it that differ in one setting.

use crate::{
    bed::{Bed, Database},
    load::{Pace, Target},
    pgbench::{Pgbench, Setting},
    plan::Plan,
    progress::Progress,
    server::{Combining, Program, Server},
    traffic::{Shop, Traffic},
};

/// The stage of one run.
pub struct Stage<'run> {
    /// How long to measure what.
    pub plan: Plan,
    /// PostgreSQL.
    pub bed: &'run Bed,
    /// The server's program.
    pub program: &'run Program,
    /// Where to tell how far it is.
    pub progress: &'run Progress,
    /// The shop.
    pub database: Database,
    on: Server,
    off: Server,
    other: Option<Server>,
}

impl<'run> Stage<'run> {
    /// Opens the shop, starts the servers and lets both work for a moment.
    pub async fn set(
        plan: Plan,
        bed: &'run Bed,
        program: &'run Program,
        other: Option<&Program>,
        progress: &'run Progress,
    ) -> anyhow::Result<Self> {
        let mut database = bed.database("bench").await?;
        database.open(Shop::FULL).await?;
        let on = program.start(bed, &database, Combining::On).await?;
        let off = program.start(bed, &database, Combining::Off).await?;
        let other = match other {
            Some(other) => Some(other.start(bed, &database, Combining::On).await?),
            None => None,
        };
        let stage = Self { plan, bed, program, progress, database, on, off, other };
        for target in [stage.on(), stage.off()] {
            target.drive(&Traffic::STEADY, 64, Pace::Closed, plan.warm_up).await?;
        }
        stage.database.vacuum().await?;
        bed.checkpoint().await?;
        Ok(stage)
    }

    /// The server as it is.
    pub const fn on(&self) -> &Target {
        &self.on.target
    }

    /// The server with combining off.
    pub const fn off(&self) -> &Target {
        &self.off.target
    }

    /// Another build, if there is one to compare with.
    pub fn other(&self) -> Option<&Target> {
        self.other.as_ref().map(|server| &server.target)
    }

    /// A script for pgbench, as the server's role.
    pub fn as_server(&self, script: &str) -> anyhow::Result<Pgbench> {
        self.pgbench(self.database.server_url.clone(), "", script)
    }

    /// A script for pgbench, as the role that may write the tables.
    pub fn as_owner(&self, script: &str) -> anyhow::Result<Pgbench> {
        self.pgbench(self.database.owner_url.clone(), "-c role=tallystick_owner", script)
    }

    fn pgbench(&self, url: String, options: &'static str, text: &str) -> anyhow::Result<Pgbench> {
        let (program, script) = (self.bed.pgbench(), self.bed.new_file("script.pgbench"));
        Pgbench::prepare(Setting { program, script, url, options, postmaster: self.bed.postmaster() }, text)
    }

    /// Stops the servers.
    pub async fn clear(self) -> anyhow::Result<Database> {
        for server in [Some(self.on), Some(self.off), self.other].into_iter().flatten() {
            server.stop().await?;
        }
        Ok(self.database)
    }
}

//! What most measures share: PostgreSQL, the shop's database, and two servers on it that differ in one setting.

use crate::{
    bed::Bed,
    database::Database,
    load::{Pace, Target},
    pgbench::{Pgbench, Setting},
    plan::Plan,
    program::Program,
    progress::Progress,
    server::{Combining, Server},
    traffic::{Shop, Traffic},
};

/// What the measures of one run share.
pub struct Stage<'run> {
    /// How long to measure what.
    pub plan: Plan,
    /// PostgreSQL.
    pub bed: &'run Bed,
    /// The build that is measured.
    pub program: &'run Program,
    /// Another build to compare it with.
    pub other: Option<&'run Program>,
    /// Where to report progress.
    pub progress: &'run Progress,
    /// The database of the shop.
    pub database: Database,
    on: Server,
    off: Server,
}

impl<'run> Stage<'run> {
    /// Fills the database, starts the servers and sends both some load.
    pub async fn set(
        plan: Plan,
        bed: &'run Bed,
        program: &'run Program,
        other: Option<&'run Program>,
        progress: &'run Progress,
    ) -> anyhow::Result<Self> {
        let mut database = bed.database("bench", program).await?;
        database.open(Shop::FULL).await?;
        let on = Server::start(bed, &database, Combining::On).await?;
        let off = Server::start(bed, &database, Combining::Off).await?;
        let stage = Self { plan, bed, program, other, progress, database, on, off };
        for target in [stage.on(), stage.off()] {
            target.drive(&Traffic::STEADY, 64, Pace::Closed, plan.warm_up).await?;
        }
        stage.database.vacuum().await?;
        bed.checkpoint().await?;
        Ok(stage)
    }

    /// The server with its default settings.
    pub const fn on(&self) -> &Target {
        &self.on.target
    }

    /// The server with combining off.
    pub const fn off(&self) -> &Target {
        &self.off.target
    }

    /// The builds that take part in a comparison, each with its name.
    pub fn builds(&self) -> Vec<(&'static str, &'run Program)> {
        let other = self.other.map(|program| ("other build", program));
        [("this build", self.program)].into_iter().chain(other).collect()
    }

    /// A script for pgbench, as the server's role.
    pub fn as_server(&self, database: &Database, script: &str) -> anyhow::Result<Pgbench> {
        self.pgbench(database.server_url.clone(), "", script)
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
        for server in [self.on, self.off] {
            server.stop().await?;
        }
        Ok(self.database)
    }
}

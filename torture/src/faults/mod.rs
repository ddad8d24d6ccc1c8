//! The faults, one file for each kind. Each file injects its fault and ends it again, so that servers can recover.

mod backend_killed;
mod clients_vanish;
mod clock_shifted;
mod disk_full;
mod link_cut;
mod link_slow;
mod lock_held;
mod postgres_killed;
mod schema_changed;
mod server_killed;
mod servers_rolled;
mod slots_exhausted;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::ValueEnum;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::{clients::traffic::Traffic, world::TortureWorld};

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// `kill -9` of all of PostgreSQL, at random or around a commit.
    KillPostgres,
    /// `kill -9` of a server, at random or around a commit.
    KillServer,
    /// `kill -9` of one PostgreSQL process that serves a connection of tallystick: all of them recover.
    KillBackend,
    /// Ten connections between server and PostgreSQL cut, before, during and after a commit.
    CutLink,
    /// The link lets nothing through for a while, or is slow.
    SlowLink,
    /// A hundred clients that vanish at every stage of a request.
    Vanish,
    /// Every PostgreSQL session is taken.
    ExhaustSlots,
    /// A session of another program locks a customer and a product.
    HoldLock,
    /// Both servers stopped in good order and started, one after the other.
    RollServers,
    /// A server's clock is 23 hours off.
    ShiftClock,
    /// `migrate` applies everything again.
    Migrate,
    /// Indexes made and dropped, tables altered, vacuumed and analysed.
    AlterTables,
    /// No room for data.
    FillData,
    /// No room for the write-ahead log.
    FillWal,
}

/// A fault that was injected, and when every server had accepted a purchase again.
#[derive(Debug, Clone, Copy)]
pub struct Injected {
    /// When it began.
    pub began: Instant,
    /// When the fault was over: PostgreSQL accepts sessions, servers listen, the disk has room.
    pub whole: Instant,
    /// When every server had accepted a purchase that was sent after that.
    pub recovered: Instant,
    /// How many single faults it was: ten cuts, a hundred clients.
    pub count: usize,
}

/// How long the first accepted purchases may take before the run gives up. The goal is 5 s; the report says what it was.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a fault works on.
pub struct Scene<'run> {
    /// The world.
    pub world: &'run mut TortureWorld,
    /// The clients.
    pub traffic: &'run Arc<Traffic>,
    /// Its choices.
    pub rng: &'run mut ChaCha8Rng,
}

impl Fault {
    /// Whether it needs a disk that can be filled up.
    #[must_use]
    pub fn needs_small_disk(self) -> bool {
        matches!(self, Self::FillData | Self::FillWal)
    }

    /// Injects it once and waits until purchases are accepted again.
    ///
    /// # Errors
    /// If the fault could not be injected, or no purchase was accepted after it.
    pub async fn inject(self, scene: &mut Scene<'_>) -> anyhow::Result<Injected> {
        let began = Instant::now();
        let (whole, count) = match self {
            Self::KillPostgres => postgres_killed::inject(scene).await?,
            Self::KillServer => server_killed::inject(scene).await?,
            Self::KillBackend => backend_killed::inject(scene).await?,
            Self::CutLink => link_cut::inject(scene).await?,
            Self::SlowLink => link_slow::inject(scene).await?,
            Self::Vanish => clients_vanish::inject(scene).await?,
            Self::ExhaustSlots => slots_exhausted::inject(scene).await?,
            Self::HoldLock => lock_held::inject(scene).await?,
            Self::RollServers => servers_rolled::inject(scene).await?,
            Self::ShiftClock => clock_shifted::inject(scene).await?,
            Self::Migrate => schema_changed::migrate(scene).await?,
            Self::AlterTables => schema_changed::alter(scene).await?,
            Self::FillData => disk_full::inject(scene, crate::world::disk::Full::Data).await?,
            Self::FillWal => disk_full::inject(scene, crate::world::disk::Full::Wal).await?,
        };
        scene.world.check_servers()?;
        let recovered = scene.traffic.accepted_everywhere(whole, PATIENCE).await;
        let recovered = recovered.with_context(|| format!("a server accepted no purchase within 60 s after {self}"))?;
        scene.world.check_servers()?;
        Ok(Injected { began, whole, recovered, count })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        formatter.write_str(value.as_ref().map_or("fault", |value| value.get_name()))
    }
}

impl Scene<'_> {
    /// One of the servers.
    fn any_server(&mut self) -> usize {
        self.rng.random_range(0..crate::world::SERVERS)
    }

    /// A random time up to `most` milliseconds passes.
    async fn wait(&mut self, most: u64) {
        let time = Duration::from_millis(self.rng.random_range(0..=most));
        tokio::time::sleep(time).await;
    }

    /// Either a call that is held at a random side of its commit, or a random moment.
    async fn moment(&mut self, server: usize) -> Option<crate::link::Snag> {
        use crate::link::Side;
        let side = match self.rng.random_range(0..4) {
            0 => Side::BeforeCall,
            1 => Side::DuringCall,
            2 => Side::AfterCommit,
            _ => {
                self.wait(30).await;
                return None;
            }
        };
        let snag = self.world.links[server].snag(side, Duration::from_millis(500)).await;
        if snag.is_some() && side == Side::DuringCall {
            // The call may have hardly begun, or have committed.
            tokio::time::sleep(Duration::from_micros(self.rng.random_range(0..3_000))).await;
        }
        snag
    }

    /// Tells the clients the addresses of the servers.
    fn tell_addresses(&self) {
        self.traffic.set_addresses(self.world.addresses());
    }
}

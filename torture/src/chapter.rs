//! One chapter of a run: start PostgreSQL and servers, let clients work, inject faults, wait until all is well, then compare
//! every answer with the books.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use anyhow::ensure;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tallystick::verify::{VerifyOptions, verify};

use crate::{
    books::Books,
    checker::{self, Finding, Kind, Summary},
    clients::{resolve, shopper::Shopper, traffic::Traffic},
    faults::{Fault, Injected, Scene},
    history::{Answer, History, Moment},
    plan::{Plan, Schedule},
    progress::Progress,
    recording,
    world::{Programs, TortureWorld, cast::Cast, disk::Disk},
};

/// The result of a chapter.
pub struct Chapter {
    /// Requests and their answers.
    pub history: History,
    /// What the database holds.
    pub books: Books,
    /// What cannot be true.
    pub findings: Vec<Finding>,
    /// How much was checked.
    pub summary: Summary,
    /// Faults, in order.
    pub faults: Vec<(Fault, Mark)>,
    /// Deadlocks that PostgreSQL logged; the server tries again after one.
    pub deadlocks: usize,
    /// Rows that `verify` looked at.
    pub rows_verified: u64,
    /// From the first request to the last.
    pub load: Duration,
    /// PostgreSQL's major version.
    pub postgres: u32,
}

/// When a fault was injected and when purchases went on.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// When it began.
    pub began: Moment,
    /// When everything ran again.
    pub whole: Moment,
    /// From `whole` to the next accepted purchase.
    pub recovery: Duration,
    /// How many single faults it consisted of.
    pub count: usize,
}

/// What all chapters of a run share.
pub struct Run<'run> {
    /// What to do.
    pub plan: &'run Plan,
    /// Where the programs are.
    pub programs: &'run Programs,
    /// When the run began.
    pub began: Instant,
    /// Where to report progress.
    pub progress: &'run Progress,
}

impl Run<'_> {
    /// Whether no further fault is to be injected.
    #[must_use]
    pub fn is_out_of_time(&self) -> bool {
        self.plan.time_limit.is_some_and(|limit| self.began.elapsed() >= limit)
    }

    /// One chapter: faults from `schedule`, and load until `purchases` were answered in it.
    ///
    /// # Errors
    /// If PostgreSQL or a server does not start, or does not recover.
    pub async fn chapter(
        &self,
        schedule: &mut Schedule,
        purchases: u64,
        disk: Disk,
        rng: &mut ChaCha8Rng,
    ) -> anyhow::Result<Chapter> {
        let mut world = TortureWorld::start(disk, self.programs).await?;
        let lived = self.live(&mut world, schedule, purchases, rng).await;
        if lived.as_ref().map_or(true, |chapter| !chapter.findings.is_empty()) {
            self.keep_logs(&world);
        }
        let stopped = world.stop().await;
        let chapter = lived?;
        stopped?;
        Ok(chapter)
    }

    /// The chapter, once PostgreSQL and servers run.
    async fn live(
        &self,
        world: &mut TortureWorld,
        schedule: &mut Schedule,
        purchases: u64,
        rng: &mut ChaCha8Rng,
    ) -> anyhow::Result<Chapter> {
        let postgres = world.postgres.version().unwrap_or_default();
        let cast = Cast::make(world.addresses()[0], rng).await?;
        let traffic = Arc::new(Traffic::new(cast, rng.random_range(0..1 << 40)));
        traffic.set_addresses(world.addresses());

        let began = Instant::now();
        let shoppers = self.shoppers(&traffic, rng);
        let faults = self.faults(schedule, purchases, world, &traffic, rng).await;
        traffic.end();
        shoppers.join_all().await;
        let load = began.elapsed();
        let faults = faults?;

        let written = traffic.take_written();
        self.progress.say("resolving what was left open");
        let resolved = resolve::resolve(&traffic, &written).await;
        let calm = resolve::read_all(&traffic, &world.addresses()).await;
        ensure!(
            calm.iter().all(|request| request.answer != Answer::Unknown),
            "in the calm after the faults, requests have no answer"
        );
        let businesses = traffic.cast.businesses.clone();
        let history = History { businesses, requests: [written, resolved, calm].concat() };
        world.check_servers()?;
        check_sessions(world).await?;

        self.progress.say(&format!("checking {} requests", history.requests.len()));
        let books = Books::load(world.postgres.session().await?.client()).await?;
        let mut findings = checker::check(&history, &books);
        let summary = Summary::of(&history, &books);
        let url = world.postgres.owner_url(crate::world::postgres::DATABASE).parse()?;
        let report = verify(&url, VerifyOptions { cluster: false, ..VerifyOptions::default() }, &mut |_| {}).await?;
        if !report.is_clean() {
            findings.push(Finding { kind: Kind::Audit, text: serde_json::to_string(&report.checks)? });
        }
        if !findings.is_empty() {
            std::fs::create_dir_all(self.folder())?;
            recording::save(&self.folder().join("run.jsonl"), &history, &books)?;
        }
        let deadlocks = world.postgres.logged("deadlock detected");
        let rows_verified = report.rows_checked;
        Ok(Chapter { history, books, findings, summary, faults, deadlocks, rows_verified, load, postgres })
    }

    fn shoppers(&self, traffic: &Arc<Traffic>, rng: &mut ChaCha8Rng) -> tokio::task::JoinSet<()> {
        let mut shoppers = tokio::task::JoinSet::new();
        for number in 0..self.plan.clients {
            let business = number % traffic.cast.businesses.len();
            shoppers.spawn(Shopper::new(traffic, business, ChaCha8Rng::from_rng(rng)).run());
        }
        shoppers
    }

    /// One fault after the other, with load in between.
    async fn faults(
        &self,
        schedule: &mut Schedule,
        purchases: u64,
        world: &mut TortureWorld,
        traffic: &Arc<Traffic>,
        rng: &mut ChaCha8Rng,
    ) -> anyhow::Result<Vec<(Fault, Mark)>> {
        let mut marks = Vec::new();
        let mut queue = schedule.take(world.disk.is_small());
        let is_full = |traffic: &Traffic| traffic.counts.requests.load(Relaxed) >= self.plan.chapter_requests;
        let accepted = traffic.accepted_everywhere(Instant::now(), Duration::from_secs(30)).await;
        ensure!(accepted.is_some(), "no purchase was accepted at first");
        while !self.is_out_of_time() && !is_full(traffic) {
            tokio::time::sleep(Duration::from_millis(rng.random_range(50..500))).await;
            let Some(fault) = queue.pop_front() else { break };
            self.progress.fault(fault, traffic);
            let injected = fault.inject(&mut Scene { world, traffic, rng }).await;
            let injected = injected.map_err(|error| error.context(format!("after {fault}")))?;
            marks.push((fault, Mark::new(&injected, traffic)));
        }
        schedule.put_back(queue);
        let decided = |traffic: &Traffic| traffic.counts.accepted.load(Relaxed) + traffic.counts.refused.load(Relaxed);
        while decided(traffic) < purchases && !is_full(traffic) && !self.is_out_of_time() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.progress.load(traffic);
        }
        Ok(marks)
    }

    /// The folder for files that help to understand a finding.
    fn folder(&self) -> PathBuf {
        std::env::temp_dir().join(format!("tallystick-torture-{}-found", self.plan.seed))
    }

    /// Copies the logs, because the originals are removed with PostgreSQL and the servers.
    fn keep_logs(&self, world: &TortureWorld) {
        let folder = self.folder();
        if std::fs::create_dir_all(&folder).is_ok() {
            for log in world.logs().chain([world.postgres.log()]) {
                if let Some(name) = log.file_name() {
                    let _ = std::fs::copy(log, folder.join(name));
                }
            }
            self.progress.say(&format!("what there is to look into is in {}", folder.display()));
        }
    }
}

impl Mark {
    fn new(injected: &Injected, traffic: &Traffic) -> Self {
        Self {
            began: traffic.at(injected.began),
            whole: traffic.at(injected.whole),
            recovery: injected.recovered.saturating_duration_since(injected.whole),
            count: injected.count,
        }
    }
}

/// Fails if a session of a server is still within a transaction.
async fn check_sessions(world: &TortureWorld) -> anyhow::Result<()> {
    let left = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND state LIKE 'idle in transaction%'";
    let session = world.postgres.session().await?;
    let count: i64 = session.client().query_one(left, &[&crate::world::SERVER_ROLE]).await?.try_get(0)?;
    ensure!(count == 0, "{count} sessions of servers were left in a transaction");
    Ok(())
}

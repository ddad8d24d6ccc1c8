//! One run from beginning to end: what happens when, and for how long.

use std::time::Duration;

use crate::{
    Args,
    audit::audit,
    bed::{Bed, Database},
    load::{Load, Shop, Window},
    measure::{
        What, fresh, growth, idle,
        throughput::{self, Throughput},
    },
    pgbench::{Pgbench, Setting},
    progress::Progress,
    report::{Machine, Report},
    server::{Program, Server},
};

/// How long to measure what.
struct Plan {
    throughput: throughput::Plan,
    fresh: fresh::Plan,
    growth: growth::Plan,
}

const fn window(warm_up_ms: u64, measured_ms: u64) -> Window {
    Window { warm_up: Duration::from_millis(warm_up_ms), measured: Duration::from_millis(measured_ms) }
}

impl Plan {
    /// About two and a half minutes.
    const FULL: Self = Self {
        throughput: throughput::Plan { scan: window(1_000, 2_000), round: window(1_000, 6_000), rounds: 4 },
        fresh: fresh::Plan { round: window(500, 3_000), rounds: 3 },
        growth: growth::Plan { entries: 1_000_000, purchases: 1_500 },
    };
    /// Less than one.
    const QUICK: Self = Self {
        throughput: throughput::Plan { scan: window(1_000, 1_000), round: window(1_000, 3_000), rounds: 2 },
        fresh: fresh::Plan { round: window(500, 1_500), rounds: 2 },
        growth: growth::Plan { entries: 50_000, purchases: 500 },
    };

    fn steps(&self) -> u64 {
        let rounds = self.throughput.rounds + self.fresh.rounds + 1;
        // Beside the rounds: the shop, pgbench's clients, the new installations, idle connections, two for growth, the audit.
        u64::from(rounds) + throughput::CLIENT_COUNTS.len() as u64 + 6
    }
}

/// What a run works with.
struct Run {
    plan: Plan,
    only: Vec<What>,
    program: Program,
    other_program: Option<Program>,
    bed: Bed,
    progress: Progress,
}

/// Measures everything, or what was asked for.
pub async fn run(args: Args) -> anyhow::Result<Report> {
    let plan = if args.quick { Plan::QUICK } else { Plan::FULL };
    let program = Program::find(args.server)?;
    let other_program = args.compare.map(|other| Program::find(Some(other))).transpose()?;
    let progress = Progress::new(plan.steps())?;
    progress.step("starting PostgreSQL and opening the shop".to_owned());
    let bed = Bed::start(args.postgres_bin).await?;
    let run = Run { plan, only: args.only, program, other_program, bed, progress };
    let report = run.report().await?;
    run.bed.stop().await?;
    run.progress.finish();
    Ok(report)
}

impl Run {
    async fn report(&self) -> anyhow::Result<Report> {
        let Self { plan, program, bed, progress, .. } = self;
        let mut database = bed.database("bench").await?;
        database.open(Shop::FULL).await?;
        database.vacuum().await?;
        bed.checkpoint().await?;
        let server = program.start(bed, &database).await?;
        let mut report = Report::new(Machine {
            tallystick: env!("CARGO_PKG_VERSION"),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            postgresql: bed.describe().await?,
        });
        if self.is_wanted(What::Throughput) {
            report.throughput = Some(self.throughput(&database, &server).await?);
        }
        if self.is_wanted(What::Idle) {
            report.idle = idle::measure(server.address, server.pid(), &database.api_keys[0], progress).await?;
        }
        if self.is_wanted(What::Fresh) {
            report.fresh = Some(fresh::measure(bed, program, plan.fresh, progress).await?);
        }
        if self.is_wanted(What::Growth) {
            report.growth = Some(growth::measure(bed, &database, server.address, plan.growth, progress).await?);
        }
        server.stop().await?;
        progress.step("proving the database".to_owned());
        report.audit = audit(program, &database).await?;
        Ok(report)
    }

    fn is_wanted(&self, what: What) -> bool {
        self.only.is_empty() || self.only.contains(&what)
    }

    async fn throughput(&self, database: &Database, server: &Server) -> anyhow::Result<Throughput> {
        let Self { plan, bed, progress, .. } = self;
        let load = Load::new(bed, server, database);
        let other = match &self.other_program {
            Some(other) => Some(other.start(bed, database).await?),
            None => None,
        };
        let other_load = other.as_ref().map(|other| Load::new(bed, other, database));
        let setting = Setting {
            program: bed.pgbench(),
            script: bed.new_file("purchase.sql"),
            url: database.server_url.clone(),
            postmaster: bed.postmaster(),
        };
        let mut pgbench = Pgbench::prepare(setting, tallystick::db::HOT_STATEMENTS[0])?;
        let throughput =
            throughput::measure(&load, other_load.as_ref(), &mut pgbench, plan.throughput, progress).await?;
        if let Some(other) = other {
            other.stop().await?;
        }
        Ok(throughput)
    }
}

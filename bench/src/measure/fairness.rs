//! Whether one business can take the service from another. The one attacks over 64 connections: with dear lists, or with
//! requests for a row that somebody holds. The other has a light open load. Its latencies are compared with those that it has
//! beside as many ordinary calls.

use tallystick::db::connection::{DedicatedConnection, connect};

use crate::{
    database::Database,
    figures::{Figures, Goal},
    ids::Id,
    load::{Driven, Pace, Window},
    program::Program,
    server::{Combining, Server},
    stage::Stage,
    stats::{Spread, histogram, quantile_ms},
    traffic::{Shop, Traffic},
};

/// The business that attacks.
const ATTACKER: u64 = 0;
/// The business whose latencies are measured.
const QUIET: u64 = 9;
const CONNECTIONS: usize = 64;
/// Requests of the quiet business a second.
const PER_SECOND: f64 = 100.0;
/// Requests for `/readyz` a second.
const PROBES_PER_SECOND: f64 = 20.0;
/// Ledger entries of the customer whose orders fill the orders page: every other one is an order.
const LONG_ORDERS_ENTRIES: u64 = 400;
/// Lines of each of these orders.
const LINES: u64 = 500;
/// Ledger entries of each customer of the overdue list.
const DEBTS: u64 = 10;

/// What the attacker sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attack {
    OrdersPage,
    OverdueList,
    CustomerList,
    HeldByPayments,
    HeldByMovements,
    HeldByPatches,
    HeldByPurchases,
}

impl Attack {
    const ALL: [Self; 7] = [
        Self::OrdersPage,
        Self::OverdueList,
        Self::CustomerList,
        Self::HeldByPayments,
        Self::HeldByMovements,
        Self::HeldByPatches,
        Self::HeldByPurchases,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::OrdersPage => "orders pages",
            Self::OverdueList => "overdue lists",
            Self::CustomerList => "customer lists",
            Self::HeldByPayments => "payments for a held customer",
            Self::HeldByMovements => "stock movements of a held product",
            Self::HeldByPatches => "changes of a held customer",
            Self::HeldByPurchases => "purchases of a held product",
        }
    }

    const fn traffic(self) -> Traffic {
        match self {
            Self::OrdersPage => Traffic::List("/v1/orders?limit=200"),
            Self::OverdueList => Traffic::List("/v1/overdue-customers?limit=200"),
            Self::CustomerList => Traffic::List("/v1/customers?limit=200"),
            Self::HeldByPayments => Traffic::PaymentsOfOne,
            Self::HeldByMovements => Traffic::RestocksOfOne,
            Self::HeldByPatches => Traffic::ChangesOfOne,
            Self::HeldByPurchases => Traffic::SALE,
        }
    }

    /// The row that is held meanwhile: table and id.
    const fn held(self) -> Option<(&'static str, Id)> {
        match self {
            Self::OrdersPage | Self::OverdueList | Self::CustomerList => None,
            Self::HeldByPayments | Self::HeldByPatches => Some(("customers", Id::customer(ATTACKER, 0))),
            Self::HeldByMovements => Some(("products", Id::product(ATTACKER, 0))),
            Self::HeldByPurchases => Some(("products", Id::sale(ATTACKER))),
        }
    }
}

/// A build with its own database and server.
struct Side {
    name: &'static str,
    database: Database,
    server: Server,
    holder: DedicatedConnection,
}

/// What the quiet business and the probes saw beside one load, over all rounds.
struct Beside {
    latencies: hdrhistogram::Histogram<u64>,
    overloaded: u64,
    not_ready: u64,
    /// The p99 of each round.
    p99: Vec<f64>,
}

/// Measures all builds in turns, and hands back their databases.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<Vec<Database>> {
    let mut sides = Vec::new();
    for (name, program) in stage.builds() {
        sides.push(Side::new(stage, name, program).await?);
    }
    stage.bed.checkpoint().await?;
    // The ordinary calls first, then each attack.
    let loads: Vec<Option<Attack>> = [None].into_iter().chain(Attack::ALL.map(Some)).collect();
    let mut seen = Vec::new();
    for _ in &sides {
        let beside = loads.iter().map(|_| Beside::new()).collect::<Result<Vec<_>, _>>()?;
        seen.push(beside);
    }
    for round in 1..=stage.plan.rounds {
        for (number, load) in loads.iter().enumerate() {
            for (side, seen) in sides.iter().zip(&mut seen) {
                let name = load.map_or("ordinary calls", Attack::name);
                stage.progress.step(format!("beside {name}, {}, round {round} of {}", side.name, stage.plan.rounds));
                side.round(stage.plan.round, *load, &mut seen[number]).await?;
            }
        }
    }
    for (side, seen) in sides.iter().zip(&seen) {
        keep(side.name, seen, figures);
    }
    let mut databases = Vec::new();
    for side in sides {
        side.server.stop().await?;
        databases.push(side.database);
    }
    Ok(databases)
}

impl Side {
    async fn new(stage: &Stage<'_>, name: &'static str, program: &Program) -> anyhow::Result<Self> {
        let debtors = stage.plan.attackers_debtors;
        stage.progress.step(format!("an attacker with {debtors} customers and long orders, {name}"));
        let mut database = stage.bed.database(&format!("fairness_{}", name.replace(' ', "_")), program).await?;
        database.open(Shop::FULL).await?;
        database.add_history(0, LONG_ORDERS_ENTRIES, LINES).await?;
        database.add_debtors(debtors, DEBTS).await?;
        database.vacuum().await?;
        let server = Server::start(stage.bed, &database, Combining::On).await?;
        let holder = connect(&database.owner_url.parse()?).await?;
        // Every session has its plans before anything is measured.
        let ordinary = Traffic::Ordinary(ATTACKER);
        server.target.drive(&ordinary, CONNECTIONS, Pace::Closed, stage.plan.warm_up).await?;
        Ok(Self { name, database, server, holder })
    }

    async fn round(&self, window: Window, attack: Option<Attack>, beside: &mut Beside) -> anyhow::Result<()> {
        let target = &self.server.target;
        if let Some((table, id)) = attack.and_then(Attack::held) {
            let hold = format!("BEGIN; SELECT FROM tallystick.{table} WHERE id = '{id}' FOR UPDATE");
            self.holder.client().batch_execute(&hold).await?;
        }
        let traffic = attack.map_or(Traffic::Ordinary(ATTACKER), Attack::traffic);
        // The load lasts a little longer than what is measured beside it.
        let longer = Window { warm_up: window.warm_up, measured: window.measured + window.warm_up / 2 };
        let loading = target.drive(&traffic, CONNECTIONS, Pace::Closed, longer);
        let measuring = async {
            let (quiet, probes) = (Traffic::Ordinary(QUIET), Traffic::Ready);
            let quiet = target.drive(&quiet, 16, Pace::Open(PER_SECOND), window);
            let probes = target.drive(&probes, 4, Pace::Open(PROBES_PER_SECOND), window);
            let measured = tokio::join!(quiet, probes);
            // The attackers' last requests end as soon as the row is free.
            self.holder.client().batch_execute("ROLLBACK").await?;
            Ok::<_, anyhow::Error>((measured.0?, measured.1?))
        };
        let (loaded, measured) = tokio::join!(loading, measuring);
        loaded?;
        let (quiet, probes) = measured?;
        beside.add(quiet, &probes)
    }
}

impl Beside {
    fn new() -> anyhow::Result<Self> {
        Ok(Self { latencies: histogram()?, overloaded: 0, not_ready: 0, p99: Vec::new() })
    }

    fn add(&mut self, quiet: Driven, probes: &Driven) -> anyhow::Result<()> {
        self.p99.push(quantile_ms(&quiet.latencies, 0.99));
        self.latencies.add(quiet.latencies)?;
        self.overloaded += quiet.overloaded;
        self.not_ready += probes.overloaded;
        Ok(())
    }
}

/// Keeps one build's figures. `seen` begins with the ordinary calls.
fn keep(build: &str, seen: &[Beside], figures: &mut Figures) {
    let [ordinary, attacks @ ..] = seen else { return };
    let goal = |goal| (build == "this build").then_some(goal);
    for (attack, beside) in Attack::ALL.into_iter().zip(attacks) {
        // The ratio is of all rounds together, because one round has few slow requests. The spread is of the rounds.
        let [p99, calm] = [beside, ordinary].map(|beside| quantile_ms(&beside.latencies, 0.99));
        let rounds = beside.p99.iter().copied().zip(ordinary.p99.iter().copied());
        let spread = Spread { mean: p99 / calm, ..Spread::of_ratios(rounds) };
        let name = format!(
            "another business's p99: beside {} / beside as many ordinary calls, {CONNECTIONS} connections, {build}",
            attack.name()
        );
        figures.measure(&name, spread, goal(Goal::AtMost(2.0)), format!("{p99:.1} / {calm:.1} ms"));
    }
    #[expect(clippy::cast_precision_loss, reason = "there are not that many requests")]
    let refused = |count: fn(&Beside) -> u64| Spread::of([seen.iter().map(count).sum::<u64>() as f64]);
    let detail = "beside all of these".to_owned();
    let name = format!("another business's requests that were answered 503, {build}");
    figures.measure(&name, refused(|beside| beside.overloaded), goal(Goal::AtMost(0.0)), detail.clone());
    let name = format!("requests for /readyz that were answered 503, {build}");
    figures.measure(&name, refused(|beside| beside.not_ready), goal(Goal::AtMost(0.0)), detail);
}

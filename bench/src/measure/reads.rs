//! Reads: over HTTP, and the same statement through pgbench. And what PostgreSQL needs for a read that is alone.

use std::time::{Duration, Instant};

use anyhow::ensure;
use tallystick::db::connection::{DedicatedConnection, connect};
use tokio_postgres::Statement;

use crate::{
    client::Client,
    database::Database,
    figures::{Figures, Goal},
    ids::Id,
    pgbench::Pgbench,
    program::Program,
    reads::{CUSTOMERS, ENTRIES, LINES, Read},
    scripts,
    server::{Combining, Server},
    stage::Stage,
    stats::{Spread, histogram, mean, quantile_ms, record},
    traffic::{Shop, Traffic},
    turns::{Contender, best_clients, take_turns},
};

const NAME: &str = "reads";
const CONNECTIONS: usize = 64;
/// The customer and the ledger entry that a lone read asks for.
const LONE: (u64, u64) = (CUSTOMERS / 2, ENTRIES / 2 - 1);

/// A build with its own database and server.
struct Reader {
    name: &'static str,
    database: Database,
    server: Server,
    /// What the server sends to PostgreSQL, one for each of [`Read::ALL`].
    statements: Vec<String>,
}

impl Reader {
    async fn new(stage: &Stage<'_>, name: &'static str, program: &Program) -> anyhow::Result<Self> {
        stage.progress.step(format!("{CUSTOMERS} customers with {ENTRIES} ledger entries each, {name}"));
        let mut database = stage.bed.database(&format!("reads_{}", name.replace(' ', "_")), program).await?;
        database.open(Shop::FULL).await?;
        for customer in 0..CUSTOMERS {
            database.add_history(customer, ENTRIES, LINES).await?;
        }
        database.vacuum().await?;
        let server = Server::start(stage.bed, &database, Combining::On).await?;
        let mut client = Client::connect(server.target.address).await?;
        let mut statements = Vec::new();
        for read in Read::ALL {
            let path = read.path(LONE.0, LONE.1).to_string();
            let status = client.get(&path, &database.api_keys[0]).await?;
            ensure!(status == 200, "{path} was refused: {}", client.last_answer());
            statements.push(database.last_statement().await?);
        }
        Ok(Self { name, database, server, statements })
    }

    fn contender(&self, stage: &Stage<'_>, read: Read) -> Contender<'_> {
        let name = format!("{}, {}", read.name(), self.name);
        Contender::api(&name, &self.server.target, Traffic::Reads(read), CONNECTIONS, stage.plan.short)
    }
}

/// Measures all builds in turns, and hands back their databases.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<Vec<Database>> {
    let mut readers = Vec::new();
    for (name, program) in stage.builds() {
        readers.push(Reader::new(stage, name, program).await?);
    }
    stage.bed.checkpoint().await?;
    beside_pgbench(stage, &readers, figures).await?;
    alone(stage, &readers, figures).await?;
    let mut databases = Vec::new();
    for reader in readers {
        reader.server.stop().await?;
        databases.push(reader.database);
    }
    Ok(databases)
}

/// Each read over HTTP and through pgbench, with a ratio of the two. With another build also the ratio of the builds.
async fn beside_pgbench(stage: &Stage<'_>, readers: &[Reader], figures: &mut Figures) -> anyhow::Result<()> {
    let mut scripts: Vec<(Pgbench, usize)> = Vec::new();
    for (read, statement) in Read::ALL.into_iter().zip(&readers[0].statements) {
        let script = stage.as_server(&readers[0].database, &scripts::read_call(read, statement)?)?;
        let clients = best_clients(stage, &format!("{}, pgbench", read.name()), &script).await?;
        scripts.push((script, clients));
    }
    let mut contenders = Vec::new();
    for (read, (script, clients)) in Read::ALL.into_iter().zip(&scripts) {
        let name = format!("{}, pgbench", read.name());
        contenders.push(Contender::pgbench(&name, script, *clients, stage.plan.short));
        contenders.extend(readers.iter().map(|reader| reader.contender(stage, read)));
    }
    let turns = take_turns(stage, NAME, stage.plan.rounds, contenders).await?;
    for turn in &turns {
        figures.keep(NAME, turn);
    }
    for (read, turns) in Read::ALL.into_iter().zip(turns.chunks(1 + readers.len())) {
        let [pgbench, api, other @ ..] = turns else { continue };
        let name = read.name();
        let best = pgbench.connections;
        let compared =
            format!("{name}: API, {CONNECTIONS} connections / pgbench with the same statement (best: {best})");
        figures.compare(&compared, api, pgbench, Some(Goal::AtLeast(0.6)));
        if let [other] = other {
            let compared = format!("{name}: API, {CONNECTIONS} connections: this build / the other build");
            figures.compare(&compared, api, other, None);
        }
    }
    Ok(())
}

/// A session of the server's role, with the statements of [`Read::ALL`] prepared, and an empty one after them.
struct Lone {
    session: DedicatedConnection,
    statements: Vec<Statement>,
}

impl Lone {
    async fn new(reader: &Reader) -> anyhow::Result<Self> {
        let session = connect(&reader.database.server_url.parse()?).await?;
        let [customer, order] = [Id::regular(LONE.0), Id::order_of_regular(LONE.0, LONE.1)].map(|id| format!("'{id}'"));
        let mut statements = Vec::new();
        for (read, statement) in Read::ALL.into_iter().zip(&reader.statements) {
            let statement = scripts::fill(statement, &read.parameters(&customer, &order))?;
            statements.push(session.client().prepare(&statement).await?);
        }
        statements.push(session.client().prepare("SELECT").await?);
        Ok(Self { session, statements })
    }

    /// How long one statement takes from its sending to its answer.
    async fn ask(&self, statement: usize) -> anyhow::Result<Duration> {
        let asked = Instant::now();
        let rows = self.session.client().query(&self.statements[statement], &[]).await?;
        let took = asked.elapsed();
        ensure!(!rows.is_empty(), "a lone read found nothing");
        Ok(took)
    }
}

/// Each read on a session that has nothing else to do, less what an empty statement takes.
async fn alone(stage: &Stage<'_>, readers: &[Reader], figures: &mut Figures) -> anyhow::Result<()> {
    let mut lone = Vec::new();
    for reader in readers {
        lone.push(Lone::new(reader).await?);
    }
    let empty = Read::ALL.len();
    // By statement and by build: one median for each round, in microseconds.
    let mut medians = vec![vec![Vec::new(); lone.len()]; empty + 1];
    for round in 0..=stage.plan.rounds {
        stage.progress.step(format!("lone reads, round {round} of {}", stage.plan.rounds));
        for (statement, medians) in medians.iter_mut().enumerate() {
            let mut latencies = lone.iter().map(|_| histogram()).collect::<Result<Vec<_>, _>>()?;
            for number in 0..stage.plan.lone_requests {
                // The build that goes first changes.
                for turn in 0..lone.len() {
                    let build = (turn + number) % lone.len();
                    record(&mut latencies[build], lone[build].ask(statement).await?);
                }
            }
            // The first round warms up.
            if round > 0 {
                for (medians, latencies) in medians.iter_mut().zip(&latencies) {
                    medians.push(quantile_ms(latencies, 0.5) * 1_000.0);
                }
            }
        }
    }
    for (statement, read) in Read::ALL.into_iter().enumerate() {
        let net = |build: usize| -> Vec<f64> {
            medians[statement][build].iter().zip(&medians[empty][build]).map(|(whole, empty)| whole - empty).collect()
        };
        let this = net(0);
        let name = read.name();
        let detail = format!("round trip, less {:.0} µs of an empty statement", mean(medians[empty][0].clone()));
        figures.measure_in("µs", &format!("{name}, alone: PostgreSQL's time"), Spread::of(this.clone()), None, detail);
        if lone.len() > 1 {
            let other = net(1);
            let detail = format!("{:.0} / {:.0} µs", mean(this.clone()), mean(other.clone()));
            let ratio = Spread::of_ratios(this.into_iter().zip(other));
            figures.measure(
                &format!("{name}, alone: PostgreSQL's time: this build / the other build"),
                ratio,
                None,
                detail,
            );
        }
    }
    Ok(())
}

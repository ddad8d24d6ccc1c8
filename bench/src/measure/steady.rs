//! Purchases of three lines at ten businesses: over HTTP, by the same function through pgbench, and as a plain transaction
//! statement by statement. Pgbench runs with the number of clients that suits it best.

use super::Scenario;
use crate::{
    figures::{Figures, Goal},
    scripts,
    stage::Stage,
    stats::Spread,
    traffic::Traffic,
    turns::{Contender, best_clients, take_turns},
};

const NAME: &str = "steady";
const MIB: f64 = 1024.0 * 1024.0;

/// Measures `steady` and, if it is wanted, `connections`.
pub async fn measure(stage: &Stage<'_>, only: &[Scenario], figures: &mut Figures) -> anyhow::Result<()> {
    let function = stage.as_server(&stage.database, &scripts::steady_call()?)?;
    let transaction = stage.as_owner(&scripts::steady_transaction()?)?;
    let function_clients = best_clients(stage, "pgbench, one function call", &function).await?;
    let transaction_clients = best_clients(stage, "pgbench, statement by statement", &transaction).await?;
    let window = stage.plan.round;
    let api = |name, target, connections| Contender::api(name, target, Traffic::STEADY, connections, window);
    let mut contenders = vec![
        api("API", stage.on(), 64),
        api("API", stage.on(), 256),
        api("API, combining off", stage.off(), 64),
        api("API, combining off", stage.off(), 256),
        Contender::pgbench("pgbench, one function call", &function, function_clients, window),
        Contender::pgbench("pgbench, statement by statement", &transaction, transaction_clients, window),
    ];
    if Scenario::Connections.is_in(only) {
        contenders.push(api("API", stage.on(), 1_000));
    }
    let turns = take_turns(stage, NAME, stage.plan.rounds, contenders).await?;
    for turn in &turns {
        figures.keep(NAME, turn);
    }
    let [api_64, api_256, off_64, off_256, function, transaction, more @ ..] = turns.as_slice() else { return Ok(()) };
    let best = format!("best of {:?} clients: {}", stage.plan.client_counts, function.connections);
    figures.compare(
        &format!("steady: API, 256 connections / pgbench, one function call ({best})"),
        api_256,
        function,
        Some(Goal::AtLeast(3.0)),
    );
    figures.compare("steady: API, 64 connections / the same", api_64, function, Some(Goal::AtLeast(1.5)));
    figures.compare(
        &format!("steady: API, 256 connections / pgbench, statement by statement (best: {})", transaction.connections),
        api_256,
        transaction,
        Some(Goal::AtLeast(4.0)),
    );
    figures.compare("steady: API, 256 connections / the same, combining off", api_256, off_256, None);
    figures.compare("steady: API, 64 connections / the same, combining off", api_64, off_64, None);
    if let [api_1000] = more {
        figures.compare("steady: API, 1,000 connections / 256", api_1000, api_256, None);
        if let Some(bytes) = api_1000.memory.iter().max() {
            memory(figures, "server memory, 1,000 busy connections", *bytes, Some(Goal::AtMost(96.0)));
        }
    }
    Ok(())
}

/// Keeps a figure of memory.
pub fn memory(figures: &mut Figures, name: &str, bytes: u64, goal: Option<Goal>) {
    #[expect(clippy::cast_precision_loss, reason = "megabytes")]
    let mebibytes = bytes as f64 / MIB;
    figures.measure_in("MiB", name, Spread::of([mebibytes]), goal, "resident set".to_owned());
}

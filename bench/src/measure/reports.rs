//! Long reports: statements, the age of all debt, and the open charges of one customer. How long they take, what they make the server
//! hold, and whether the same business's purchases wait for them.

use std::time::Instant;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::{
    client::Client,
    cpu::peak_resident_bytes,
    database::Database,
    download::{Downloaded, Downloads},
    figures::{Figures, Goal},
    ids::Id,
    load::{Pace, Window},
    numbers::count,
    server::{Combining, Server},
    stage::Stage,
    stats::{Spread, histogram, median, quantile_ms},
    traffic::{Shop, Traffic},
};

/// Purchases of the business a second.
const PER_SECOND: f64 = 100.0;
/// Connections of those who buy.
const CONNECTIONS: usize = 16;
/// What a report may make the server hold more, in MiB.
const MOST_MEBIBYTES: f64 = 32.0;
/// How much longer the slowest purchases may take.
const MOST_WAITING: f64 = 2.0;
/// What the CSV of a statement has besides its entries: names, opening and closing balance, and five ages.
const OTHER_LINES: u64 = 8;

/// A path to ask for over and over.
struct Report {
    name: String,
    path: String,
    /// How many lines the answer has, if that is known.
    lines: Option<u64>,
}

/// Measures each report, and hands back the databases.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<Vec<Database>> {
    let statements = statements(stage, figures).await?;
    let (customers, entries) = stage.plan.aged;
    let what = format!("{} customers with {entries} ledger entries each", count(customers));
    stage.progress.step(what.clone());
    let mut aged = stage.bed.database("aged", stage.program).await?;
    aged.open(Shop::FULL).await?;
    aged.add_debtors(customers, entries).await?;
    aged.vacuum().await?;
    let report = Report { name: format!("age of all debt, {what}"), path: "/v1/aging/totals".to_owned(), lines: None };
    beside_purchases(stage, &aged, &report, figures).await?;
    Ok(vec![statements, aged])
}

/// Statements as CSV of customers with short and long histories, and the open charges of one who pays nothing.
async fn statements(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<Database> {
    stage.progress.step("customers with long statements".to_owned());
    let mut database = stage.bed.database("statements", stage.program).await?;
    database.open(Shop::FULL).await?;
    for (customer, entries) in (0..).zip(stage.plan.statements) {
        database.add_history(customer, entries, 1).await?;
    }
    database.add_charges(stage.plan.charges).await?;
    database.vacuum().await?;
    for (customer, entries) in (0..).zip(stage.plan.statements) {
        let id = Id::regular(customer);
        let report = Report {
            name: format!("statement of {} entries as CSV", count(entries)),
            path: format!("/v1/customers/{id}/statement?from=2000-01-01&to=9998-12-31&format=csv"),
            lines: Some(entries + OTHER_LINES),
        };
        beside_purchases(stage, &database, &report, figures).await?;
    }
    open_charges(stage, &database, figures).await?;
    Ok(database)
}

/// Lets the business buy at a fixed rate, without and with somebody who asks for the report all the time, in turns.
async fn beside_purchases(
    stage: &Stage<'_>,
    database: &Database,
    report: &Report,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let server = Server::start(stage.bed, database, Combining::On).await?;
    stage.bed.checkpoint().await?;
    let target = &server.target;
    let buyers = Traffic::Steady(0..1, Shop::FULL);
    let Window { warm_up, measured } = stage.plan.round;
    // Long enough that more than a handful of purchases are slower than the 99th percentile.
    let window = Window { warm_up, measured: measured * 5 };
    target.drive(&buyers, CONNECTIONS, Pace::Open(PER_SECOND), window).await?;
    let memory = || peak_resident_bytes(target.pid);
    let before = memory();
    let mut all = [histogram()?, histogram()?];
    let (mut ratios, mut answers): (Vec<_>, Vec<Downloaded>) = (Vec::new(), Vec::new());
    let mut refused = 0;
    let rounds = stage.plan.rounds;
    for round in 1..=rounds {
        stage.progress.step(format!("purchases without the {}, round {round} of {rounds}", report.name));
        let calm = target.drive(&buyers, CONNECTIONS, Pace::Open(PER_SECOND), window).await?;
        stage.progress.step(format!("purchases beside the {}, round {round} of {rounds}", report.name));
        let downloads = Downloads::start(target.address, report.path.clone(), target.api_keys[0].clone());
        let beside = target.drive(&buyers, CONNECTIONS, Pace::Open(PER_SECOND), window).await;
        let came = downloads.stop()?;
        let beside = beside?;
        for answer in &came {
            ensure!(report.lines.is_none_or(|lines| answer.lines == lines), "{}: {answer:?}", report.name);
        }
        answers.extend(came);
        refused += beside.overloaded;
        ratios.push((quantile_ms(&beside.latencies, 0.99), quantile_ms(&calm.latencies, 0.99)));
        all[0].add(beside.latencies)?;
        all[1].add(calm.latencies)?;
    }
    let took = Spread::of(answers.iter().map(|answer| answer.took.as_secs_f64()));
    let bytes = answers.iter().map(|answer| answer.bytes).max().unwrap_or_default();
    let detail = format!("{} kB, {} answers", count(bytes.div_ceil(1_000)), answers.len());
    figures.measure_in("s", &format!("{}, beside 100 purchases a second", report.name), took, None, detail);
    // The ratio is of all rounds together, because one round has few slow requests. The spread is of the rounds.
    let [beside, calm] = all.map(|latencies| quantile_ms(&latencies, 0.99));
    let spread = Spread { mean: beside / calm, ..Spread::of_ratios(ratios) };
    let name = format!("p99 of the business's purchases: beside the {} / without", report.name);
    figures.measure(
        &name,
        spread,
        Some(Goal::AtMost(MOST_WAITING)),
        format!("{beside:.1} / {calm:.1} ms, {refused} refused"),
    );
    if let Some((before, after)) = before.zip(memory()) {
        #[expect(clippy::cast_precision_loss, reason = "some mebibytes")]
        let mebibytes = |bytes: u64| bytes as f64 / 1_048_576.0;
        let name = format!("server memory at its peak: how much more with the {}", report.name);
        let more = Spread::of([mebibytes(after - before)]);
        let detail = format!("{:.1} / {:.1} MiB", mebibytes(after), mebibytes(before));
        figures.measure_in("MiB", &name, more, Some(Goal::AtMost(MOST_MEBIBYTES)), detail);
    }
    server.stop().await
}

/// A page of open charges, as far as it is looked at.
#[derive(Deserialize)]
struct Page {
    data: Vec<serde_json::Value>,
    next_cursor: Option<String>,
}

/// How long a page of open charges takes of a customer who has many.
async fn open_charges(stage: &Stage<'_>, database: &Database, figures: &mut Figures) -> anyhow::Result<()> {
    let charges = stage.plan.charges;
    stage.progress.step(format!("{} open charges of one customer", count(charges)));
    let server = Server::start(stage.bed, database, Combining::On).await?;
    let mut client = Client::connect(server.target.address).await?;
    let first = format!("/v1/customers/{}/open-charges?limit=200", Id::unpaid());
    let (mut pages, mut found) = (Vec::new(), 0);
    for turn in 0..2 {
        let mut path = first.clone();
        loop {
            let asked = Instant::now();
            let status = client.get(&path, &database.api_keys[0]).await?;
            ensure!(status == 200, "the open charges were refused: {}", client.last_answer());
            // The first turn warms up.
            if turn > 0 {
                pages.push(asked.elapsed().as_secs_f64() * 1_000.0);
            }
            let page: Page = serde_json::from_slice(client.last_body()).context("a page cannot be read")?;
            found += page.data.len() as u64;
            let Some(cursor) = page.next_cursor else { break };
            path = format!("{first}&cursor={cursor}");
        }
    }
    ensure!(found == 2 * charges, "the pages have {found} charges, and not twice {charges}");
    let spread = Spread { mean: median(pages.clone()), ..Spread::of(pages.iter().copied()) };
    let name = format!("a page of 200 of {} open charges of one customer, median", count(charges));
    figures.measure_in("ms", &name, spread, None, format!("least to greatest of {} pages", pages.len()));
    server.stop().await
}

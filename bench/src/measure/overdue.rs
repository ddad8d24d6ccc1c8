//! The list of overdue customers, beside the least that could find them: one index-only pass over the last ledger entry of
//! each customer.

use std::time::Instant;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tallystick::db::connect::connect;

use crate::{
    bed::Database,
    client::Client,
    figures::{Figures, Goal},
    ids::Id,
    numbers::count,
    server::Combining,
    stage::Stage,
    stats::{Spread, median},
    traffic::Shop,
};

const LIST: &str = "SELECT count(*), sum(balance)::bigint FROM tallystick.overdue_list($1::text::uuid, NULL, 10000)";
const PASS: &str = "SELECT count(*), sum(last.balance_after + last.charged_total)::bigint
    FROM tallystick.customers AS customer, LATERAL (
        SELECT entry.balance_after, entry.charged_total
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = $1::text::uuid AND entry.customer_id = customer.id
        ORDER BY entry.entry_no DESC
        LIMIT 1
    ) AS last
    WHERE customer.business_id = $1::text::uuid";

/// Turns of each in one round.
const TURNS: usize = 5;

/// A page of a list, as far as it matters.
#[derive(Deserialize)]
struct Page {
    data: Vec<serde_json::Value>,
    next_cursor: Option<String>,
}

/// Measures both in turns, and hands back the database.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<Database> {
    let (customers, entries) = (stage.plan.debtors, stage.plan.debts);
    stage.progress.step(format!("{} customers with {entries} ledger entries each", count(customers)));
    let mut database = stage.bed.database("overdue").await?;
    database.open(Shop::TINY).await?;
    database.add_debtors(customers, entries).await?;
    database.vacuum().await?;
    stage.bed.checkpoint().await?;

    stage.progress.step("the overdue list".to_owned());
    let business = Id::business(0).to_string();
    let session = connect(&database.server_url.parse()?).await?;
    let client = session.client();
    client.batch_execute("BEGIN").await?;
    client.query("SELECT set_config('app.business_id', $1, true)", &[&business]).await?;
    let statements = [client.prepare(LIST).await?, client.prepare(PASS).await?];
    let mut pairs = Vec::new();
    let mut overdue = 0;
    for round in 0..=stage.plan.rounds {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            for (index, statement) in statements.iter().enumerate() {
                let asked = Instant::now();
                let row = client.query_one(statement, &[&business]).await?;
                times[index].push(asked.elapsed().as_secs_f64() * 1_000.0);
                if index == 0 {
                    overdue = row.try_get(0)?;
                }
            }
        }
        // The first round warms up.
        if round > 0 {
            let [list, pass] = times.map(median);
            pairs.push((list, pass));
        }
    }
    client.batch_execute("COMMIT").await?;
    ensure!(overdue > 0, "nobody is overdue");
    let [list, pass] =
        [pairs.iter().map(|pair| pair.0).collect(), pairs.iter().map(|pair| pair.1).collect()].map(median);
    figures.measure(
        &format!(
            "overdue list of {} customers with {} ledger entries / one index-only pass over their last entries",
            count(customers),
            count(customers * entries)
        ),
        Spread::of_ratios(pairs.iter().copied()),
        Some(Goal::AtMost(3.0)),
        format!("{list:.1} / {pass:.1} ms, {overdue} overdue"),
    );
    let all_pages = all_pages(stage, &database, overdue).await?;
    figures.measure_in("ms", "the same list over HTTP, all pages of 200", all_pages, None, "by turn".to_owned());
    Ok(database)
}

/// How long it takes to read all pages over HTTP, in milliseconds.
async fn all_pages(stage: &Stage<'_>, database: &Database, overdue: i64) -> anyhow::Result<Spread> {
    let server = stage.program.start(stage.bed, database, Combining::On).await?;
    let mut client = Client::connect(server.target.address).await?;
    let mut times = Vec::new();
    for turn in 0..=TURNS {
        let asked = Instant::now();
        let mut path = "/v1/overdue-customers?limit=200".to_owned();
        let mut found = 0;
        loop {
            let status = client.get(&path, &database.api_keys[0]).await?;
            ensure!(status == 200, "the overdue list was refused: {}", client.last_answer());
            let page: Page = serde_json::from_slice(client.last_body()).context("a page cannot be read")?;
            found += page.data.len();
            let Some(cursor) = page.next_cursor else { break };
            path = format!("/v1/overdue-customers?limit=200&cursor={cursor}");
        }
        ensure!(i64::try_from(found)? == overdue, "the pages have {found} customers, and not {overdue}");
        // The first turn warms up.
        if turn > 0 {
            times.push(asked.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    server.stop().await?;
    Ok(Spread::of(times))
}

//! The list of overdue customers, beside the least work that could find them: one index-only pass over the last ledger entry
//! of each customer.

use std::time::Instant;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tallystick::db::connection::{DedicatedConnection, connect};
use tokio_postgres::Statement;

use crate::{
    client::Client,
    database::Database,
    figures::{Figures, Goal},
    ids::Id,
    numbers::count,
    program::Program,
    server::{Combining, Server},
    stage::Stage,
    stats::{Spread, median},
    traffic::Shop,
};

/// A page of the list. A row without a name is the place where the next page begins, if this one ended before it was full.
const LIST: &str = "SELECT customer_id::text, name IS NOT NULL
    FROM tallystick.overdue_list($1::text::uuid, $2::text::uuid, 201)";
const PASS: &str = "SELECT count(*), sum(last.balance_after + last.charged_total)::bigint
    FROM tallystick.customers AS customer, LATERAL (
        SELECT entry.balance_after, entry.charged_total
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = $1::text::uuid AND entry.customer_id = customer.id
        ORDER BY entry.charged_total DESC, entry.entry_no DESC
        LIMIT 1
    ) AS last
    WHERE customer.business_id = $1::text::uuid";

/// The most rows of a page.
const PAGE: usize = 201;

/// Turns of each in one round.
const TURNS: usize = 5;

/// The parts of a page that are checked.
#[derive(Deserialize)]
struct Page {
    data: Vec<serde_json::Value>,
    next_cursor: Option<String>,
}

/// A database with debtors, and a session of the server's role in the context of their business.
struct Debtors {
    database: Database,
    session: DedicatedConnection,
}

impl Debtors {
    async fn new(stage: &Stage<'_>, name: &str, program: &Program) -> anyhow::Result<Self> {
        let (customers, entries) = (stage.plan.debtors, stage.plan.debts);
        stage.progress.step(format!("{} customers with {entries} ledger entries each, {name}", count(customers)));
        let mut database = stage.bed.database(&format!("overdue_{}", name.replace(' ', "_")), program).await?;
        database.open(Shop::TINY).await?;
        database.add_debtors(customers, entries).await?;
        database.vacuum().await?;
        let session = connect(&database.server_url.parse()?).await?;
        session.client().batch_execute("BEGIN").await?;
        let business = Id::business(0).to_string();
        session.client().query("SELECT set_config('app.business_id', $1, true)", &[&business]).await?;
        Ok(Self { database, session })
    }
}

/// Measures the list of each build and the pass in turns, and hands back the databases.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<Vec<Database>> {
    let mut debtors = Vec::new();
    for (name, program) in stage.builds() {
        debtors.push(Debtors::new(stage, name, program).await?);
    }
    stage.bed.checkpoint().await?;

    stage.progress.step("the overdue list".to_owned());
    // The list of each build, and the pass last.
    let mut lists = Vec::new();
    for Debtors { session, .. } in &debtors {
        lists.push((session, session.client().prepare(LIST).await?));
    }
    let session = &debtors[0].session;
    let pass = session.client().prepare(PASS).await?;
    let mut rounds = Vec::new();
    let mut overdue: i64 = 0;
    for round in 0..=stage.plan.rounds {
        let mut times = vec![Vec::new(); lists.len() + 1];
        for _ in 0..TURNS {
            for (index, (session, statement)) in lists.iter().enumerate() {
                let asked = Instant::now();
                let found = whole_list(session, statement).await?;
                times[index].push(asked.elapsed().as_secs_f64() * 1_000.0);
                if index == 0 {
                    overdue = found;
                }
            }
            let asked = Instant::now();
            session.client().query_one(&pass, &[&Id::business(0).to_string()]).await?;
            times[lists.len()].push(asked.elapsed().as_secs_f64() * 1_000.0);
        }
        // The first round warms up.
        if round > 0 {
            rounds.push(times.into_iter().map(median).collect::<Vec<f64>>());
        }
    }
    for Debtors { session, .. } in &debtors {
        session.client().batch_execute("COMMIT").await?;
    }
    ensure!(overdue > 0, "nobody is overdue");
    keep(stage, &rounds, overdue, figures);
    let all_pages = all_pages(stage, &debtors[0].database, overdue).await?;
    figures.measure_in("ms", "the same list over HTTP, all pages of 200", all_pages, None, "by turn".to_owned());
    Ok(debtors.into_iter().map(|debtors| debtors.database).collect())
}

/// Reads the whole list, page by page, and counts who is overdue.
async fn whole_list(session: &DedicatedConnection, statement: &Statement) -> anyhow::Result<i64> {
    let business = Id::business(0).to_string();
    let mut before: Option<String> = None;
    let mut overdue = 0;
    loop {
        let page = session.client().query(statement, &[&business, &before]).await?;
        let Some(last) = page.last() else { return Ok(overdue) };
        before = last.try_get(0)?;
        let is_resumed = !last.try_get::<_, bool>(1)?;
        overdue += i64::try_from(page.len())? - i64::from(is_resumed);
        if page.len() < PAGE && !is_resumed {
            return Ok(overdue);
        }
    }
}

/// Keeps what the rounds gave: in each the milliseconds of the list of each build, and last those of the pass.
fn keep(stage: &Stage<'_>, rounds: &[Vec<f64>], overdue: i64, figures: &mut Figures) {
    let (customers, entries) = (stage.plan.debtors, stage.plan.debts);
    let pass = rounds[0].len() - 1;
    let of = |index: usize| median(rounds.iter().map(|round| round[index]).collect());
    let ratio = |this: usize, that: usize| Spread::of_ratios(rounds.iter().map(|round| (round[this], round[that])));
    figures.measure(
        &format!(
            "overdue list of {} customers with {} ledger entries / one index-only pass over their last entries",
            count(customers),
            count(customers * entries)
        ),
        ratio(0, pass),
        Some(Goal::AtMost(3.0)),
        format!("{:.1} / {:.1} ms, {overdue} overdue", of(0), of(pass)),
    );
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let per_customer = |milliseconds: f64| milliseconds * 1_000.0 / customers as f64;
    let spread = Spread::of(rounds.iter().map(|round| per_customer(round[0])));
    figures.measure_in("µs", "overdue list: PostgreSQL's time per customer", spread, None, "by round".to_owned());
    if pass > 1 {
        let detail = format!("{:.2} / {:.2} µs", per_customer(of(0)), per_customer(of(1)));
        let name = "overdue list: PostgreSQL's time per customer: this build / the other build";
        figures.measure(name, ratio(0, 1), None, detail);
    }
}

/// How long it takes to read all pages over HTTP, in milliseconds.
async fn all_pages(stage: &Stage<'_>, database: &Database, overdue: i64) -> anyhow::Result<Spread> {
    let server = Server::start(stage.bed, database, Combining::On).await?;
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

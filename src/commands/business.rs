//! `tallystick business`: tenants, from the command line.

use std::{process::ExitCode, sync::Arc};

use super::{
    output::{self, explain},
    own_database::Target,
};
use crate::{
    cli::BusinessCommand,
    db::{Database, connection::PoolSettings},
    domain::{Business, Cursor, NewBusiness, PageLimit},
    metrics::Metrics,
};

pub(super) async fn run(command: BusinessCommand) -> anyhow::Result<ExitCode> {
    match command {
        BusinessCommand::Create { name, currency, payment_terms, time_zone, database } => {
            let new = NewBusiness { name, currency, payment_terms, time_zone };
            let target = Target::of_server(&database).await?;
            let business = open(&target)?.business_create(None, new).await.map_err(explain)?.record;
            if database.json { output::json(&business)? } else { print(&[business])? }
        }
        BusinessCommand::List { database } => {
            let target = Target::of_server(&database).await?;
            let businesses = all(&open(&target)?).await?;
            if database.json { output::json(&businesses)? } else { print(&businesses)? }
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn open(target: &Target) -> anyhow::Result<Database> {
    let settings = PoolSettings { size: 1, ..PoolSettings::default() };
    Ok(Database::open(&target.url, &settings, Arc::new(Metrics::new()))?)
}

async fn all(database: &Database) -> anyhow::Result<Vec<Business>> {
    let mut businesses = Vec::new();
    let mut cursor: Option<Cursor<_>> = None;
    loop {
        let page = database.business_list(cursor, PageLimit::default()).await.map_err(explain)?;
        businesses.extend(page.data);
        match page.next_cursor {
            Some(next) => cursor = Some(next.parse().map_err(anyhow::Error::msg)?),
            None => return Ok(businesses),
        }
    }
}

fn print(businesses: &[Business]) -> std::io::Result<()> {
    output::table(
        ["ID", "NAME", "CURRENCY", "PAYMENT TERMS", "TIME ZONE", "CREATED"],
        businesses.iter().map(|business| {
            [
                business.id.to_string(),
                business.name.clone(),
                business.currency.as_str().to_owned(),
                business.payment_terms.to_string(),
                business.time_zone.to_string(),
                business.created_at.format("%F %T").to_string(),
            ]
        }),
    )
}

//! The demo's two businesses. They are made through the same calls as any other, and remembered in the data folder,
//! because their keys are stored nowhere else.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path, sync::Arc};

use anyhow::Context as _;
use chrono::{TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::{NoContext, Timestamp, Uuid};

use crate::{
    auth::GeneratedKey,
    commands::{output::explain, own_database::OwnDatabase},
    config::{ADMIN_TOKEN_LENGTH, ServeArgs},
    db::{
        Database,
        connection::{PoolSettings, connect},
    },
    domain::{
        BusinessId, CustomerId, ExternalId, KeyScopes, Name, NewApiKey, NewBusiness, NewCustomer, NewProduct,
        ProductId, QuantityDecimals, Sku, Stock,
    },
    error::Error,
    metrics::Metrics,
};

/// Where the samples are remembered, in the data folder.
const FILE: &str = "demo.json";

const BACKDATED_PURCHASE: &str = include_str!("../../../sql/demo/backdated_purchase.sql");

/// What the demo made the first time.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Samples {
    /// For the platform routes.
    pub(super) admin_token: String,
    /// Two tenants, so that isolation can be seen.
    pub(super) shops: Vec<Shop>,
}

/// A sample business.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Shop {
    pub(super) business_id: BusinessId,
    pub(super) name: String,
    pub(super) key: String,
    pub(super) customers: Vec<CustomerId>,
    pub(super) products: Vec<ProductId>,
}

struct Plan {
    name: &'static str,
    currency: &'static str,
    payment_terms: &'static str,
    time_zone: &'static str,
    customers: &'static [(&'static str, &'static str, i64)],
    products: &'static [(&'static str, &'static str, i64, i64)],
}

const PLANS: [Plan; 2] = [
    Plan {
        name: "Corner Wholesale",
        currency: "EUR",
        payment_terms: r#"{"type": "age", "days": 30}"#,
        time_zone: "UTC",
        customers: &[
            ("Café Central", "C-1001", 200_000),
            ("Bistro Nord", "C-1002", 50_000),
            ("Kiosk 7", "C-1003", 10_000),
        ],
        products: &[
            ("ESP-1KG", "Espresso beans 1 kg", 1_890, 500),
            ("FIL-100", "Paper filters, 100", 450, 1_000),
            ("OAT-6", "Oat drink, 6 x 1 l", 1_150, 240),
        ],
    },
    Plan {
        name: "Harbour Hardware",
        currency: "USD",
        // The tenth of the next month.
        payment_terms: r#"{"type": "calendar", "end_of_month": true, "then_days": 10}"#,
        time_zone: "America/New_York",
        customers: &[("Dockside Repairs", "D-1", 100_000), ("Lighthouse Inn", "D-2", 25_000)],
        products: &[("ROPE-50", "Rope 50 m", 3_900, 80), ("PAINT-5", "Marine paint 5 l", 7_450, 60)],
    },
];

/// The samples that an earlier start made, or new ones.
pub(super) async fn load_or_create(own: &OwnDatabase, args: &ServeArgs) -> anyhow::Result<Samples> {
    let file = own.data_dir().join(FILE);
    let settings = PoolSettings { size: 1, ..PoolSettings::default() };
    let db = Database::open(&own.server_url()?, &settings, Arc::new(Metrics::new()))?;
    if let Some(samples) = load(&file)? {
        match db.business_get(samples.shops.first().context("the demo's file names no business")?.business_id).await {
            Ok(_) if samples.admin_token.len() >= ADMIN_TOKEN_LENGTH => return Ok(samples),
            // An earlier build took shorter ones.
            Ok(_) => {
                let samples = Samples { admin_token: random_token(), ..samples };
                save(&file, &samples)?;
                return Ok(samples);
            }
            // The file belongs to an earlier database.
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(explain(error)),
        }
    }
    eprintln!("creating two sample businesses");
    let admin_token = args.auth.admin_token.as_ref().map_or_else(random_token, |token| token.expose().to_owned());
    let mut samples = Samples { admin_token, shops: Vec::new() };
    for plan in &PLANS {
        samples.shops.push(create(&db, plan).await?);
    }
    if let Some(shop) = samples.shops.first() {
        buy_in_the_past(own, shop).await?;
    }
    save(&file, &samples)?;
    Ok(samples)
}

fn random_token() -> String {
    Uuid::new_v4().simple().to_string()
}

async fn create(db: &Database, plan: &Plan) -> anyhow::Result<Shop> {
    let name: Name = plan.name.parse().map_err(anyhow::Error::msg)?;
    let currency = plan.currency.parse().map_err(anyhow::Error::msg)?;
    let payment_terms = plan.payment_terms.parse().map_err(anyhow::Error::msg)?;
    let time_zone = plan.time_zone.parse().map_err(anyhow::Error::msg)?;
    let new = NewBusiness { name, currency, payment_terms, time_zone };
    let business_id = db.business_create(None, new).await.map_err(explain)?.record.id;
    let key = GeneratedKey::generate(business_id).map_err(explain)?;
    let name = plan.name.parse().map_err(anyhow::Error::msg)?;
    let new = NewApiKey { name, scopes: KeyScopes::usual(), expires_at: None };
    db.api_key_create(business_id, None, new, key.prefix, key.hash).await.map_err(explain)?;
    let mut shop =
        Shop { business_id, name: plan.name.to_owned(), key: key.plain, customers: vec![], products: vec![] };
    for (name, external_id, credit_limit) in plan.customers {
        let new = NewCustomer {
            name: name.parse().map_err(anyhow::Error::msg)?,
            external_id: Some(external_id.parse::<ExternalId>().map_err(anyhow::Error::msg)?),
            credit_limit: (*credit_limit).try_into().map_err(anyhow::Error::msg)?,
            blocked: false,
            payment_terms: None,
            overdue_hold_after_days: None,
        };
        shop.customers.push(db.customer_create(business_id, None, new).await.map_err(explain)?.record.id);
    }
    for (sku, name, price, stock) in plan.products {
        let new = NewProduct {
            sku: sku.parse::<Sku>().map_err(anyhow::Error::msg)?,
            name: name.parse().map_err(anyhow::Error::msg)?,
            price: (*price).try_into().map_err(anyhow::Error::msg)?,
            stock: (*stock).try_into().map_err(anyhow::Error::msg)?,
            unit: None,
            quantity_decimals: QuantityDecimals::NONE,
            track_stock: true,
            backorder_limit: Stock::ZERO,
        };
        shop.products.push(db.product_create(business_id, None, None, new).await.map_err(explain)?.record.id);
    }
    Ok(shop)
}

/// The second customer bought 45 days ago and has not paid, so that the overdue list has somebody in it.
async fn buy_in_the_past(own: &OwnDatabase, shop: &Shop) -> anyhow::Result<()> {
    let (Some(customer), Some(product)) = (shop.customers.get(1), shop.products.first()) else { return Ok(()) };
    let session = connect(&own.owner_url().parse()?).await?;
    let (business, quantity, at) = (shop.business_id.uuid(), 5_i64, Utc::now() - TimeDelta::days(45));
    // Lists are in the order of ids, so the order's is of the same moment.
    let order = Uuid::new_v7(Timestamp::from_unix(NoContext, at.timestamp().try_into()?, at.timestamp_subsec_nanos()));
    session
        .client()
        .execute(BACKDATED_PURCHASE, &[&business, &customer.uuid(), &product.uuid(), &quantity, &order, &at])
        .await?;
    Ok(())
}

fn load(file: &Path) -> anyhow::Result<Option<Samples>> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(
            serde_json::from_slice(&bytes)
                .with_context(|| format!("{} is not the demo's; move it away", file.display()))?,
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// Writes the file as a whole or not at all, readable by its owner only, because it holds keys.
fn save(file: &Path, samples: &Samples) -> anyhow::Result<()> {
    let new = file.with_extension("new");
    let written =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new).and_then(|mut opened| {
            opened.write_all(&serde_json::to_vec_pretty(samples)?)?;
            opened.sync_all()
        });
    written.and_then(|()| fs::rename(&new, file)).with_context(|| format!("cannot write {}", file.display()))
}

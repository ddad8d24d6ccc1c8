//! Products.

use tokio_postgres::Row;

use super::{
    call::{
        Call, business_is_gone,
        held::HeldRows,
        rows::{Answer, FromRow},
        tenant_call, unknown_outcome,
    },
    database::Database,
    movement::Movement,
};
use crate::{
    domain::{
        Actor, BusinessId, Cursor, IdempotencyKey, NewProduct, Page, PageLimit, Product, ProductChange, ProductId, Sku,
        Stock, Version,
    },
    error::{Entity, Error, Fault, Result},
};

const PRODUCT_CREATE: &str = tenant_call!("f.outcome, (f.product).*" from "product_create(context::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
const PRODUCT_UPDATE: &str = tenant_call!(
    "f.outcome, (f.product).*" from
    "product_update(context::uuid, $2, $3, $4, $5, p_held => $6, p_version => $7, p_expected_versions => $8, p_set_unit => $9,
                    p_unit => $10, p_track_stock => $11, p_backorder_limit => $12)"
);
const PRODUCT_GET: &str = tenant_call!(
    "f.id, f.sku, f.name, f.price, f.stock, f.unit, f.quantity_decimals, f.track_stock, f.backordered, f.backorder_limit,
     f.created_at, f.version" from "product_get(context::uuid, $2)"
);
const PRODUCT_LIST: &str = tenant_call!(
    "f.id, f.sku, f.name, f.price, f.stock, f.unit, f.quantity_decimals, f.track_stock, f.backordered, f.backorder_limit,
     f.created_at, f.version" from "product_list(context::uuid, $2, $3, $4)"
);

impl Database {
    /// Creates a product with its opening stock, once per idempotency key if there is one. The command line is no `actor`: the
    /// records then name the role that it connects as.
    pub async fn product_create(
        &self,
        business_id: BusinessId,
        idempotency_key: Option<IdempotencyKey>,
        actor: Option<Actor>,
        new: NewProduct,
    ) -> Result<Movement<Product>> {
        let own_id = ProductId::new();
        let stock_of_service = stock_of_service(&new);
        let call = Call::quick("product_create", PRODUCT_CREATE, business_id)
            .with(own_id)
            .with(new.sku)
            .with(new.name)
            .with(new.price)
            .with(new.stock)
            .with(idempotency_key)
            .with(actor)
            .with(new.unit)
            .with(new.quantity_decimals)
            .with(new.track_stock)
            .with(new.backorder_limit);
        let answer = self.run(call).await?;
        if answer.outcome()? == "stock_not_tracked" {
            return Err(Error::InvalidRequest(stock_of_service));
        }
        let record = product_from_outcome(&answer)?;
        Ok(Movement { replayed: record.id != own_id, record })
    }

    /// Changes a product, serially with its purchases; with `expected` only at one of these versions.
    pub async fn product_update(
        &self,
        business_id: BusinessId,
        id: ProductId,
        expected: Option<Vec<Version>>,
        change: ProductChange,
    ) -> Result<Product> {
        let call = Call::quick("product_update", PRODUCT_UPDATE, business_id)
            .with(id)
            .with(change.sku)
            .with(change.name)
            .with(change.price)
            .with_held(HeldRows::PassOverAll)
            .with(Version::new())
            .with(expected)
            .with(change.unit.is_some())
            .with(change.unit.flatten())
            .with(change.track_stock)
            .with(change.backorder_limit);
        product_from_outcome(&self.run(call).await?)
    }

    /// One product, or [`Entity::Product`] not found.
    pub async fn product_get(&self, business_id: BusinessId, id: ProductId) -> Result<Product> {
        self.run(Call::read("product_get", PRODUCT_GET, business_id).with(id)).await?.find(Entity::Product)
    }

    /// A business's products, newest first; with `sku` only that one.
    pub async fn product_list(
        &self,
        business_id: BusinessId,
        sku: Option<Sku>,
        before: Option<Cursor<ProductId>>,
        limit: PageLimit,
    ) -> Result<Page<Product>> {
        let call = match sku {
            Some(_) => Call::read("product_list", PRODUCT_LIST, business_id),
            None => Call::page("product_list", PRODUCT_LIST, business_id, limit),
        };
        let call = call.with(sku).with(before.map(|Cursor(id)| id)).with(limit);
        self.run(call).await?.page(limit, |product: &Product| product.id)
    }
}

/// What a product has that a service cannot have.
fn stock_of_service(new: &NewProduct) -> Vec<Fault> {
    [("/stock", new.stock), ("/backorder_limit", new.backorder_limit)]
        .into_iter()
        .filter(|(_, figure)| *figure > Stock::ZERO)
        .map(|(pointer, _)| Fault::body(pointer, "must be 0 for a service, which has no stock"))
        .collect()
}

/// A product that was created or changed.
fn product_from_outcome(answer: &Answer) -> Result<Product> {
    match answer.outcome()? {
        "created" | "replayed" | "updated" => answer.one(),
        "key_reused" => Err(Error::IdempotencyKeyReused),
        "version_differs" => Err(Error::VersionDiffers),
        "product_not_found" => Err(Error::NotFound(Entity::Product)),
        "stock_not_tracked" => Err(Error::StockNotTracked),
        "stock_not_zero" => {
            Err(Error::StockNotZero { stock: answer.value("stock")?, backordered: answer.value("backordered")? })
        }
        "backorder_limit_too_low" => Err(Error::BackorderLimitTooLow { backordered: answer.value("backordered")? }),
        "sku_taken" => Err(Error::AlreadyExists {
            faults: vec![Fault::body("/sku", "another product has this sku")],
            existing_id: answer.value("id")?,
        }),
        "business_not_found" => Err(business_is_gone()),
        other => Err(unknown_outcome(other)),
    }
}

impl FromRow for Product {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let id: ProductId = row.try_get("id")?;
        Ok(Self {
            id,
            sku: row.try_get("sku")?,
            name: row.try_get("name")?,
            price: row.try_get("price")?,
            stock: row.try_get("stock")?,
            unit: row.try_get("unit")?,
            quantity_decimals: row.try_get("quantity_decimals")?,
            track_stock: row.try_get("track_stock")?,
            backordered: row.try_get("backordered")?,
            backorder_limit: row.try_get("backorder_limit")?,
            created_at: row.try_get("created_at")?,
            version: row.try_get::<_, Option<_>>("version")?.unwrap_or_else(|| id.uuid().into()),
        })
    }
}

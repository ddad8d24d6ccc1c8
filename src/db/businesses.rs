//! Tenants.

use tokio_postgres::Row;

use super::{
    call::{Call, rows::FromRow, tenant_call, unknown_outcome},
    database::Database,
    gate::Class,
    movement::Movement,
};
use crate::{
    domain::{Business, BusinessId, Cursor, IdempotencyKey, NewBusiness, Page, PageLimit, TimeZone},
    error::{Entity, Error, Result},
};

const BUSINESS_CREATE: &str =
    tenant_call!("f.outcome, (f.business).*" from "business_create(context::uuid, $2, $3, $4, $5, $6)");
const BUSINESS_GET: &str = tenant_call!("business_get(context::uuid)");
const BUSINESS_LIST: &str = "SELECT * FROM tallystick.business_list($1, $2)";

impl Database {
    /// Creates a business, once per idempotency key if there is one.
    pub async fn business_create(
        &self,
        idempotency_key: Option<IdempotencyKey>,
        new: NewBusiness,
    ) -> Result<Movement<Business>> {
        let own_id = BusinessId::new();
        let call = Call::of_platform("business_create", BUSINESS_CREATE, own_id)
            .with(new.name)
            .with(new.currency)
            .with(new.payment_terms)
            .with(new.time_zone)
            .with(idempotency_key);
        let answer = self.run(call).await?;
        let record: Business = match answer.outcome()? {
            "created" | "replayed" => answer.one()?,
            "key_reused" => return Err(Error::IdempotencyKeyReused),
            "time_zone_unknown" => return Err(Error::invalid_body("/time_zone", TimeZone::REFUSAL)),
            other => return Err(unknown_outcome(other)),
        };
        Ok(Movement { replayed: record.id != own_id, record })
    }

    /// Nothing, or [`Entity::Business`] not found. The platform asks in its own queue, as for everything that it does.
    pub async fn business_exists(&self, id: BusinessId) -> Result<()> {
        let business = self.run(Call::of_platform("business_get", BUSINESS_GET, id)).await?;
        business.find::<Business>(Entity::Business).map(drop)
    }

    /// One business, or [`Entity::Business`] not found.
    pub async fn business_get(&self, id: BusinessId) -> Result<Business> {
        self.run(Call::read("business_get", BUSINESS_GET, id)).await?.find(Entity::Business)
    }

    /// The platform's businesses, newest first. The only call that reads across tenants.
    pub async fn business_list(&self, before: Option<Cursor<BusinessId>>, limit: PageLimit) -> Result<Page<Business>> {
        let call =
            Call::platform("business_list", BUSINESS_LIST, Class::Heavy).with(before.map(|Cursor(id)| id)).with(limit);
        self.run(call).await?.page(limit, |business: &Business| business.id)
    }
}

impl FromRow for Business {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self {
            id: row.try_get("business_id")?,
            name: row.try_get("name")?,
            currency: row.try_get("currency")?,
            currency_decimals: row.try_get("currency_decimals")?,
            payment_terms: row.try_get("payment_terms")?,
            time_zone: row.try_get("time_zone")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

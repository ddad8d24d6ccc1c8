//! Tenants.

use tokio_postgres::Row;

use super::{
    Database,
    call::{Call, tenant_call},
};
use crate::{
    domain::{Business, BusinessId, Cursor, NewBusiness, Page, PageLimit},
    error::{Entity, Error, Result},
};

const BUSINESS_CREATE: &str = tenant_call!("business_create(context::uuid, $2, $3, $4)");
const BUSINESS_GET: &str = tenant_call!("business_get(context::uuid)");
const BUSINESS_LIST: &str = "SELECT * FROM tallystick.business_list($1, $2)";

impl Database {
    /// Creates a business.
    pub async fn business_create(&self, new: NewBusiness) -> Result<Business> {
        let call = Call::tenant("business_create", BUSINESS_CREATE, BusinessId::new())
            .with(new.name)
            .with(new.currency)
            .with(new.overdue_after_days.get());
        business(&self.run(call).await?.one()?)
    }

    /// One business, or [`Entity::Business`] not found.
    pub async fn business_get(&self, id: BusinessId) -> Result<Business> {
        let answer = self.run(Call::tenant("business_get", BUSINESS_GET, id)).await?;
        answer.rows.first().ok_or(Error::NotFound(Entity::Business)).and_then(business)
    }

    /// The platform's businesses, newest first: the one look across tenants.
    pub async fn business_list(&self, before: Option<Cursor<BusinessId>>, limit: PageLimit) -> Result<Page<Business>> {
        let call = Call::platform("business_list", BUSINESS_LIST).with(before.map(|Cursor(id)| id)).with(limit);
        let rows = self.run(call).await?.rows.iter().map(business).collect::<Result<_>>()?;
        Ok(Page::cut(rows, limit, |row: &Business| row.id))
    }
}

fn business(row: &Row) -> Result<Business> {
    let read = || -> Result<Business, tokio_postgres::Error> {
        Ok(Business {
            id: row.try_get("business_id")?,
            name: row.try_get("name")?,
            currency: row.try_get("currency")?,
            overdue_after_days: row.try_get("overdue_after_days")?,
            created_at: row.try_get("created_at")?,
        })
    };
    read().map_err(Error::internal)
}

//! Customers, with what their ledger says of them.

use tokio_postgres::Row;

use super::{
    Database,
    call::{Call, tenant_call},
};
use crate::{
    domain::{BusinessId, Cursor, Customer, CustomerChange, CustomerId, ExternalId, NewCustomer, Page, PageLimit},
    error::{Entity, Error, Fault, Result},
};

const CUSTOMER_CREATE: &str =
    tenant_call!("f.outcome, (f.customer).*" from "customer_create(context::uuid, $2, $3, $4, $5, $6)");
const CUSTOMER_UPDATE: &str =
    tenant_call!("f.outcome, (f.customer).*" from "customer_update(context::uuid, $2, $3, $4, $5, $6, $7)");
const CUSTOMER_GET: &str = tenant_call!("customer_get(context::uuid, $2)");
const CUSTOMER_LIST: &str = tenant_call!("customer_list(context::uuid, $2, $3, $4)");

impl Database {
    /// Creates a customer.
    pub async fn customer_create(&self, business_id: BusinessId, new: NewCustomer) -> Result<Customer> {
        let call = Call::tenant("customer_create", CUSTOMER_CREATE, business_id)
            .with(CustomerId::new())
            .with(new.name)
            .with(new.external_id)
            .with(new.credit_limit)
            .with(new.blocked);
        outcome(&self.run(call).await?.one()?)
    }

    /// Changes a customer, serially with its purchases and payments.
    pub async fn customer_update(
        &self,
        business_id: BusinessId,
        id: CustomerId,
        change: CustomerChange,
    ) -> Result<Customer> {
        let call = Call::tenant("customer_update", CUSTOMER_UPDATE, business_id)
            .with(id)
            .with(change.name)
            .with(change.credit_limit)
            .with(change.blocked)
            .with(change.external_id.is_some())
            .with(change.external_id.flatten());
        outcome(&self.run(call).await?.one()?)
    }

    /// One customer, or [`Entity::Customer`] not found.
    pub async fn customer_get(&self, business_id: BusinessId, id: CustomerId) -> Result<Customer> {
        let answer = self.run(Call::tenant("customer_get", CUSTOMER_GET, business_id).with(id)).await?;
        answer.rows.first().ok_or(Error::NotFound(Entity::Customer)).and_then(customer)
    }

    /// A business's customers, newest first; with `external_id` only that one.
    pub async fn customer_list(
        &self,
        business_id: BusinessId,
        external_id: Option<ExternalId>,
        before: Option<Cursor<CustomerId>>,
        limit: PageLimit,
    ) -> Result<Page<Customer>> {
        let call = Call::tenant("customer_list", CUSTOMER_LIST, business_id)
            .with(external_id)
            .with(before.map(|Cursor(id)| id))
            .with(limit);
        let rows = self.run(call).await?.rows.iter().map(customer).collect::<Result<_>>()?;
        Ok(Page::cut(rows, limit, |row: &Customer| row.id))
    }
}

fn outcome(row: &Row) -> Result<Customer> {
    match row.try_get("outcome").map_err(Error::internal)? {
        "created" | "updated" => customer(row),
        "customer_not_found" => Err(Error::NotFound(Entity::Customer)),
        "external_id_taken" => {
            Err(Error::AlreadyExists(vec![Fault::body("/external_id", "another customer has this external_id")]))
        }
        "business_not_found" => Err(super::business_is_gone()),
        other => Err(super::unknown_outcome(other)),
    }
}

fn customer(row: &Row) -> Result<Customer> {
    let read = || -> Result<Customer, tokio_postgres::Error> {
        Ok(Customer {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            external_id: row.try_get("external_id")?,
            credit_limit: row.try_get("credit_limit")?,
            blocked: row.try_get("blocked")?,
            balance: row.try_get("balance")?,
            available_credit: row.try_get("available_credit")?,
            overdue: row.try_get("overdue")?,
            oldest_unpaid_at: row.try_get("oldest_unpaid_at")?,
            created_at: row.try_get("created_at")?,
        })
    };
    read().map_err(Error::internal)
}

//! Customers, with what their ledger says of them.

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
        BusinessId, Cursor, Customer, CustomerChange, CustomerId, ExternalId, IdempotencyKey, NewCustomer, Page,
        PageLimit, Version,
    },
    error::{Entity, Error, Fault, Result},
};

const CUSTOMER_CREATE: &str =
    tenant_call!("f.outcome, (f.customer).*" from "customer_create(context::uuid, $2, $3, $4, $5, $6, $7, $8, $9)");
const CUSTOMER_UPDATE: &str = tenant_call!(
    "f.outcome, (f.customer).*" from
    "customer_update(context::uuid, $2, $3, $4, $5, $6, $7, p_held => $8, p_version => $9, p_expected_versions => $10, \
     p_set_payment_terms => $11, p_payment_terms => $12, p_set_overdue_hold_after_days => $13, p_overdue_hold_after_days => $14)"
);
const CUSTOMER_GET: &str = tenant_call!("customer_get(context::uuid, $2)");
const CUSTOMER_LIST: &str = tenant_call!("customer_list(context::uuid, $2, $3, $4)");

impl Database {
    /// Creates a customer, once per idempotency key if there is one.
    pub async fn customer_create(
        &self,
        business_id: BusinessId,
        idempotency_key: Option<IdempotencyKey>,
        new: NewCustomer,
    ) -> Result<Movement<Customer>> {
        let own_id = CustomerId::new();
        let call = Call::quick("customer_create", CUSTOMER_CREATE, business_id)
            .with(own_id)
            .with(new.name)
            .with(new.external_id)
            .with(new.credit_limit)
            .with(new.blocked)
            .with(idempotency_key)
            .with(new.payment_terms)
            .with(new.overdue_hold_after_days);
        let record = customer_from_outcome(&self.run(call).await?)?;
        Ok(Movement { replayed: record.id != own_id, record })
    }

    /// Changes a customer, serially with its purchases and payments; with `expected` only at one of these versions.
    pub async fn customer_update(
        &self,
        business_id: BusinessId,
        id: CustomerId,
        expected: Option<Vec<Version>>,
        change: CustomerChange,
    ) -> Result<Customer> {
        let call = Call::quick("customer_update", CUSTOMER_UPDATE, business_id)
            .with(id)
            .with(change.name)
            .with(change.credit_limit)
            .with(change.blocked)
            .with(change.external_id.is_some())
            .with(change.external_id.flatten())
            .with_held(HeldRows::PassOverAll)
            .with(Version::new())
            .with(expected)
            .with(change.payment_terms.is_some())
            .with(change.payment_terms.flatten())
            .with(change.overdue_hold_after_days.is_some())
            .with(change.overdue_hold_after_days.flatten());
        customer_from_outcome(&self.run(call).await?)
    }

    /// One customer, or [`Entity::Customer`] not found.
    pub async fn customer_get(&self, business_id: BusinessId, id: CustomerId) -> Result<Customer> {
        self.run(Call::read("customer_get", CUSTOMER_GET, business_id).with(id)).await?.find(Entity::Customer)
    }

    /// A business's customers, newest first; with `external_id` only that one.
    pub async fn customer_list(
        &self,
        business_id: BusinessId,
        external_id: Option<ExternalId>,
        before: Option<Cursor<CustomerId>>,
        limit: PageLimit,
    ) -> Result<Page<Customer>> {
        let class = if external_id.is_some() { Call::read } else { Call::heavy };
        let call = class("customer_list", CUSTOMER_LIST, business_id)
            .with(external_id)
            .with(before.map(|Cursor(id)| id))
            .with(limit);
        self.run(call).await?.page(limit, |customer: &Customer| customer.id)
    }
}

/// A customer that was created or changed.
fn customer_from_outcome(answer: &Answer) -> Result<Customer> {
    match answer.outcome()? {
        "created" | "replayed" | "updated" => answer.one(),
        "key_reused" => Err(Error::IdempotencyKeyReused),
        "version_differs" => Err(Error::VersionDiffers),
        "customer_not_found" => Err(Error::NotFound(Entity::Customer)),
        "external_id_taken" => Err(Error::AlreadyExists {
            faults: vec![Fault::body("/external_id", "another customer has this external_id")],
            existing_id: answer.value("id")?,
        }),
        "business_not_found" => Err(business_is_gone()),
        other => Err(unknown_outcome(other)),
    }
}

impl FromRow for Customer {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let id: CustomerId = row.try_get("id")?;
        Ok(Self {
            id,
            name: row.try_get("name")?,
            external_id: row.try_get("external_id")?,
            credit_limit: row.try_get("credit_limit")?,
            blocked: row.try_get("blocked")?,
            payment_terms: row.try_get("payment_terms")?,
            overdue_hold_after_days: row.try_get("overdue_hold_after_days")?,
            balance: row.try_get("balance")?,
            available_credit: row.try_get("available_credit")?,
            overdue: row.try_get("overdue")?,
            oldest_unpaid_at: row.try_get("oldest_unpaid_at")?,
            created_at: row.try_get("created_at")?,
            version: row.try_get::<_, Option<_>>("version")?.unwrap_or_else(|| id.uuid().into()),
        })
    }
}

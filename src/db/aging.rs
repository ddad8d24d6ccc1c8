//! How old debt is: the open charges of a customer, and debt by age.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    call::{Call, rows::FromRow, tenant_call},
    database::Database,
    ledger::resumption,
};
use crate::{
    domain::{
        AgeBuckets, AgedCustomer, AgingTotals, BusinessId, Cursor, CustomerAging, CustomerId, EntryKind, LedgerEntryId,
        Moment, OpenCharge, Page, PageLimit, Sum,
    },
    error::{Entity, Error, Result},
};

const OPEN_CHARGES: &str = tenant_call!("open_charges(context::uuid, $2, $3, $4, $5)");
const CUSTOMER_AGING: &str = tenant_call!("customer_aging(context::uuid, $2, $3)");
const BUSINESS_AGING: &str = tenant_call!("business_aging(context::uuid, $2, $3, $4)");
const AGING_TOTALS: &str = tenant_call!(
    "f.as_of, f.customers, f.balance::text, f.not_due::text, f.days_1_to_30::text, f.days_31_to_60::text, \
     f.days_61_to_90::text, f.over_90_days::text, f.credit_balance::text, f.next_customer_id, f.next_entry_no, f.next_last_no"
    from "aging_totals(context::uuid, $2, $3, $4, $5)"
);

impl Database {
    /// A customer's open charges, oldest first, or [`Entity::Customer`] not found. A page may be short, or empty, and not be the
    /// last one.
    pub async fn open_charges(
        &self,
        business_id: BusinessId,
        customer_id: CustomerId,
        as_of: Option<Moment>,
        after: Option<Cursor<i64>>,
        limit: PageLimit,
    ) -> Result<Page<OpenCharge>> {
        let call = Call::heavy("open_charges", OPEN_CHARGES, business_id)
            .with(customer_id)
            .with(as_of)
            .with(after.map(|Cursor(entry_no)| entry_no))
            .with(limit);
        let mut answer = self.run(call).await?;
        let last = answer.rows.last().ok_or(Error::NotFound(Entity::Customer))?;
        // A row without an id has the place where the next page starts, if there is one.
        let is_charge = last.try_get::<_, Option<LedgerEntryId>>("id").map_err(Error::internal)?.is_some();
        let mut resumption = None;
        if !is_charge {
            resumption = last.try_get::<_, Option<i64>>("entry_no").map_err(Error::internal)?;
            answer.rows.pop();
        }
        let mut page = answer.page(limit, |charge: &OpenCharge| charge.entry_no)?;
        page.next_cursor = resumption.map(|entry_no| Cursor(entry_no).to_string()).or(page.next_cursor);
        Ok(page)
    }

    /// How old a customer's debt is, or [`Entity::Customer`] not found.
    pub async fn customer_aging(
        &self,
        business_id: BusinessId,
        customer_id: CustomerId,
        as_of: Option<Moment>,
    ) -> Result<CustomerAging> {
        let call = Call::heavy("customer_aging", CUSTOMER_AGING, business_id).with(customer_id).with(as_of);
        let answer = self.run(call).await?;
        let row = answer.rows.first().ok_or(Error::NotFound(Entity::Customer))?;
        let aging = || -> Result<CustomerAging, anyhow::Error> {
            let buckets = AgeBuckets::from_row(row)?;
            let (as_of, balance) = (row.try_get("as_of")?, row.try_get("balance")?);
            Ok(CustomerAging { customer_id, as_of, balance, overdue_amount: buckets.overdue(), buckets })
        };
        aging().map_err(Error::Internal)
    }

    /// How old the debt of each customer is who owes something, newest customer first. A page may be short, or empty, and not be
    /// the last one.
    pub async fn business_aging(
        &self,
        business_id: BusinessId,
        as_of: Option<Moment>,
        before: Option<Cursor<CustomerId>>,
        limit: PageLimit,
    ) -> Result<Page<AgedCustomer>> {
        let call = Call::heavy("business_aging", BUSINESS_AGING, business_id)
            .with(as_of)
            .with(before.map(|Cursor(id)| id))
            .with(limit);
        let mut answer = self.run(call).await?;
        let resumption = resumption(&answer.rows).map_err(Error::internal)?;
        if resumption.is_some() {
            answer.rows.pop();
        }
        let mut page = answer.page(limit, |customer: &AgedCustomer| customer.customer_id)?;
        page.next_cursor = resumption.map(|place| place.to_string()).or(page.next_cursor);
        Ok(page)
    }

    /// How old the debt of all customers is. The ledger is read in parts of 20,000 entries, each with a permit of its own, so that a
    /// large business keeps nobody waiting and meets no time limit of a statement. The moment of the first part is that of all.
    pub async fn aging_totals(&self, business_id: BusinessId, as_of: Option<Moment>) -> Result<AgingTotals> {
        let mut part = self.aging_part(business_id, as_of, None).await?;
        let mut totals = part.totals;
        while let Some(next) = part.next {
            part = self.aging_part(business_id, Some(totals.as_of.into()), Some(next)).await?;
            totals.customers += part.totals.customers;
            totals.balance.add(part.totals.balance);
            totals.buckets.add(&part.totals.buckets);
            totals.credit_balance.add(part.totals.credit_balance);
        }
        totals.overdue_amount = totals.buckets.overdue();
        Ok(totals)
    }

    async fn aging_part(
        &self,
        business_id: BusinessId,
        as_of: Option<Moment>,
        from: Option<PartStart>,
    ) -> Result<AgingPart> {
        let call = Call::heavy("aging_totals", AGING_TOTALS, business_id)
            .with(as_of)
            .with(from.as_ref().map(|from| from.customer_id))
            .with(from.as_ref().map(|from| from.entry_no))
            .with(from.and_then(|from| from.last_no));
        let answer = self.run(call).await?;
        match answer.value::<Option<DateTime<Utc>>>("as_of")? {
            Some(_) => answer.one(),
            None => Err(Error::NotFound(Entity::Business)),
        }
    }
}

/// The totals of a part of the ledger.
struct AgingPart {
    totals: AgingTotals,
    next: Option<PartStart>,
}

/// Where a part begins: before an entry of a customer, whose last entry may have been read before.
struct PartStart {
    customer_id: CustomerId,
    entry_no: i64,
    last_no: Option<i64>,
}

impl FromRow for AgingPart {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let sum = |column: &str| -> Result<Sum, anyhow::Error> { Ok(row.try_get::<_, &str>(column)?.parse()?) };
        let buckets = AgeBuckets {
            not_due: sum("not_due")?,
            days_1_to_30: sum("days_1_to_30")?,
            days_31_to_60: sum("days_31_to_60")?,
            days_61_to_90: sum("days_61_to_90")?,
            over_90_days: sum("over_90_days")?,
        };
        let as_of: DateTime<Utc> = row.try_get("as_of")?;
        let totals = AgingTotals {
            as_of,
            customers: row.try_get("customers")?,
            balance: sum("balance")?,
            overdue_amount: buckets.overdue(),
            buckets,
            credit_balance: sum("credit_balance")?,
        };
        let next = match row.try_get("next_customer_id")? {
            None => None,
            Some(customer_id) => Some(PartStart {
                customer_id,
                entry_no: row.try_get("next_entry_no")?,
                last_no: row.try_get("next_last_no")?,
            }),
        };
        Ok(Self { totals, next })
    }
}

impl FromRow for OpenCharge {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let kind: EntryKind = row.try_get::<_, &str>("kind")?.parse().map_err(|hint: &str| anyhow::anyhow!(hint))?;
        Ok(Self {
            charge_id: row.try_get("id")?,
            entry_no: row.try_get("entry_no")?,
            kind,
            amount: row.try_get("amount")?,
            open_amount: row.try_get("open_amount")?,
            created_at: row.try_get("created_at")?,
            due_at: row.try_get("due_at")?,
            due_date: row.try_get("due_date")?,
        })
    }
}

impl FromRow for AgeBuckets {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let sum = |column: &str| -> Result<Sum, anyhow::Error> { Ok(row.try_get::<_, i64>(column)?.into()) };
        Ok(Self {
            not_due: sum("not_due")?,
            days_1_to_30: sum("days_1_to_30")?,
            days_31_to_60: sum("days_31_to_60")?,
            days_61_to_90: sum("days_61_to_90")?,
            over_90_days: sum("over_90_days")?,
        })
    }
}

impl FromRow for AgedCustomer {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let buckets = AgeBuckets::from_row(row)?;
        Ok(Self {
            customer_id: row.try_get("customer_id")?,
            name: row.try_get("name")?,
            external_id: row.try_get("external_id")?,
            balance: row.try_get("balance")?,
            overdue_amount: buckets.overdue(),
            buckets,
        })
    }
}

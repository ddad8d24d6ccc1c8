//! Reading what a statement of a customer's account says.
//!
//! A statement is read in parts, each by a call of its own, while its client takes it. Ledger entries never change, so the parts fit
//! together as if they had been read at once. No transaction stays open meanwhile: one would keep PostgreSQL from clearing up behind
//! the purchases. And a client that reads slowly holds no connection.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    call::{Call, held::HeldRows, rows::FromRow, tenant_call, unknown_outcome},
    database::Database,
};
use crate::{
    domain::{
        AgeBuckets, Balance, BusinessId, Currency, CustomerId, Day, EntryKind, OpenCharge, Proof, Statement,
        StatementBusiness, StatementCharge, StatementCustomer, StatementLine, TimeZone,
    },
    error::{Entity, Error, Result},
};

const STATEMENT_PERIOD: &str = tenant_call!("statement_period(context::uuid, $2, $3, $4, $5)");
const STATEMENT_GET: &str = tenant_call!("statement_get(context::uuid, $2, $3, $4)");
const STATEMENT_LINE_LIST: &str = tenant_call!("statement_line_list(context::uuid, $2, $3, $4, $5, $6)");
/// The days on which a charge was made and is due are those of the business, and the function does not know its time zone.
const OPEN_CHARGES: &str = tenant_call!(
    "f.*, (f.created_at AT TIME ZONE $6)::date AS made_on, \
     coalesce(f.due_date, (f.due_at AT TIME ZONE $6)::date) AS due_on" from "open_charges(context::uuid, $2, $3, $4, $5)"
);

/// The most lines or charges of a part. The functions take no larger number.
const PART_ROWS: i32 = 200;

/// What a statement says before and after its lists, and which entries are in them.
#[derive(Debug, Clone)]
pub struct StatementPlan {
    /// What it says. Its lists are empty, and are read one part after the other.
    pub head: Statement,
    /// The sum of the charges of the period, in minor units.
    pub charged: i64,
    /// What lowered the balance in the period, less what reversals took back, in minor units.
    pub credited: i64,
    /// The number of the last entry before the period, or 0. The lines are the entries after it.
    pub opening_no: i64,
    /// The number of the last line, or of the last entry before the period if there is no line.
    pub closing_no: i64,
    /// When the last line was made; `None` if there is no entry at all.
    closed_at: Option<DateTime<Utc>>,
}

/// Some of the open charges.
#[derive(Debug)]
pub struct ChargePart {
    /// The charges.
    pub charges: Vec<StatementCharge>,
    /// The number of the entry after which the next part begins; `None` if this was the last part.
    pub next_after: Option<i64>,
}

impl Database {
    /// What a statement of a customer's account says over the days `from` to `to`, or [`Entity::Customer`] not found.
    pub async fn statement_plan(
        &self,
        business_id: BusinessId,
        customer_id: CustomerId,
        from: Day,
        to: Day,
    ) -> Result<StatementPlan> {
        let call = Call::quick("statement_period", STATEMENT_PERIOD, business_id)
            .with(customer_id)
            .with(from)
            .with(to)
            .with_held(HeldRows::PassOverAll);
        let answer = self.run(call).await?;
        let is_final = match answer.outcome()? {
            "final" => true,
            "open" => false,
            "customer_not_found" => return Err(Error::NotFound(Entity::Customer)),
            other => return Err(unknown_outcome(other)),
        };
        let period: Period = answer.one()?;
        let call = Call::report("statement_get", STATEMENT_GET, business_id)
            .with(customer_id)
            .with(period.start)
            .with(period.end);
        let found: Found = self.run(call).await?.find(Entity::Customer)?;
        let Found {
            business_name,
            currency,
            time_zone,
            customer_name,
            external_id,
            opening_balance,
            closing_balance,
            ..
        } = found;
        let head = Statement {
            business: StatementBusiness {
                id: business_id,
                name: business_name,
                currency,
                currency_decimals: currency.decimals().into(),
                time_zone,
            },
            customer: StatementCustomer { id: customer_id, name: customer_name, external_id },
            from: from.get(),
            to: to.get(),
            period_start: period.start,
            period_end: period.end,
            is_final,
            as_of: found.as_of,
            opening_balance,
            closing_balance,
            aging: found.aging,
            proof: found.proof,
            lines: Vec::new(),
            open_charges: Vec::new(),
        };
        Ok(StatementPlan {
            head,
            charged: found.charged,
            credited: found.credited,
            opening_no: found.opening_no,
            closing_no: found.proof.map_or(0, |proof| proof.entry_no),
            closed_at: found.closed_at,
        })
    }

    /// The next lines of a statement, after entry `after`. None are left once its last line was among them.
    pub async fn statement_lines(&self, plan: &StatementPlan, after: i64) -> Result<Vec<StatementLine>> {
        let Statement { business, customer, .. } = &plan.head;
        let call = Call::report("statement_line_list", STATEMENT_LINE_LIST, business.id)
            .with(customer.id)
            .with(after)
            .with(plan.closing_no)
            .with(business.time_zone.clone())
            .with(PART_ROWS);
        self.run(call).await?.all()
    }

    /// The next open charges of a statement, after entry `after` or from the first.
    pub async fn statement_charges(&self, plan: &StatementPlan, after: Option<i64>) -> Result<ChargePart> {
        let Statement { business, customer, .. } = &plan.head;
        let Some(closed_at) = plan.closed_at else {
            return Ok(ChargePart { charges: Vec::new(), next_after: None });
        };
        let call = Call::report("open_charges", OPEN_CHARGES, business.id)
            .with(customer.id)
            .with(closed_at)
            .with(after)
            .with(PART_ROWS)
            .with(business.time_zone.clone());
        let mut answer = self.run(call).await?;
        let last_no = |row: &Row| row.try_get::<_, Option<i64>>("entry_no").map_err(Error::internal);
        let is_full = usize::try_from(PART_ROWS).is_ok_and(|full| answer.rows.len() >= full);
        // A row without an id says that the function has looked far enough; one without a number, that there are no charges.
        let ends_early =
            answer.rows.last().is_some_and(|row| !matches!(row.try_get::<_, Option<uuid::Uuid>>("id"), Ok(Some(_))));
        let next_after = match answer.rows.last() {
            Some(row) if is_full || ends_early => last_no(row)?,
            _ => None,
        };
        if ends_early {
            answer.rows.pop();
        }
        Ok(ChargePart { charges: answer.all()?, next_after })
    }
}

struct Period {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl FromRow for Period {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self { start: row.try_get("period_start")?, end: row.try_get("period_end")? })
    }
}

struct Found {
    business_name: String,
    currency: Currency,
    time_zone: TimeZone,
    customer_name: String,
    external_id: Option<String>,
    as_of: DateTime<Utc>,
    opening_no: i64,
    opening_balance: Balance,
    charged: i64,
    credited: i64,
    closing_balance: Balance,
    closed_at: Option<DateTime<Utc>>,
    aging: AgeBuckets,
    proof: Option<Proof>,
}

impl FromRow for Found {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let has_entries = row.try_get::<_, Option<i64>>("entry_no")?.is_some();
        Ok(Self {
            business_name: row.try_get("business_name")?,
            currency: row.try_get("currency")?,
            time_zone: row.try_get("time_zone")?,
            customer_name: row.try_get("customer_name")?,
            external_id: row.try_get("external_id")?,
            as_of: row.try_get("as_of")?,
            opening_no: row.try_get("opening_no")?,
            opening_balance: row.try_get("opening_balance")?,
            charged: row.try_get("charged")?,
            credited: row.try_get("credited")?,
            closing_balance: row.try_get("closing_balance")?,
            closed_at: row.try_get("closed_at")?,
            aging: AgeBuckets::from_row(row)?,
            proof: if has_entries { Some(Proof::from_row(row)?) } else { None },
        })
    }
}

impl FromRow for StatementLine {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let kind: EntryKind = row.try_get::<_, &str>("kind")?.parse().map_err(|hint: &str| anyhow::anyhow!(hint))?;
        Ok(Self {
            entry_no: row.try_get("entry_no")?,
            id: row.try_get("id")?,
            kind,
            date: row.try_get("made_on")?,
            created_at: row.try_get("created_at")?,
            amount: row.try_get("amount")?,
            balance_after: row.try_get("balance_after")?,
            order_id: if kind == EntryKind::Purchase { Some(row.try_get("id")?) } else { None },
            reverses_entry_no: row.try_get("reverses_no")?,
            // An entry that is no charge carries the due time of the charge before it.
            due_at: if kind.is_charge() { Some(row.try_get("due_at")?) } else { None },
            due_date: row.try_get("due_date")?,
            due_on: if kind.is_charge() { Some(row.try_get("due_on")?) } else { None },
            received_on: row.try_get("received_on")?,
            reference: row.try_get("reference")?,
            reason: row.try_get("reason")?,
        })
    }
}

impl FromRow for StatementCharge {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self { charge: OpenCharge::from_row(row)?, date: row.try_get("made_on")?, due_on: row.try_get("due_on")? })
    }
}

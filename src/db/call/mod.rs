//! One call of one SQL function: an autocommit statement that sets the tenant's context and calls the function, in one round
//! trip.
//!
//! Once a call has a connection, it runs in a task of its own. A client that disconnects cannot interrupt it. So the
//! connection returns to the pool with nothing running on it, and the database alone decides the outcome.
//!
//! - [`runner`] waits for a permit and a connection, sends the call, and sends it again where that is safe.
//! - [`shared`] lets reads use one connection at the same time.
//! - [`held`] says what a call does about a row that another transaction holds.
//! - [`rows`] makes values of what a call returned; [`types`] puts the domain's types on the wire.
//! - [`sqlstate`] says what a failure means, [`next`] what follows it, and [`retry`] how soon.
//! - [`fence`] ends the session of a lost connection, so that its call cannot take effect after another try was answered.

mod fence;
pub(super) mod held;
mod next;
pub mod retry;
pub(super) mod rows;
pub(super) mod runner;
mod shared;
pub mod sqlstate;
mod types;

use tokio_postgres::{
    Row,
    types::{ToSql, Type},
};

use self::{held::HeldRows, rows::Answer, shared::Share, types::Param};
use super::{
    connection::Connection,
    gate::{Caller, Class},
};
use crate::{
    domain::{BusinessId, PageLimit},
    error::Error,
};

/// The text of a call in a tenant's context. `$1` is the business. `context` is the id that the context was set to.
///
/// LATERAL makes the call depend on the context, so PostgreSQL sets the context first.
macro_rules! tenant_call {
    ($($columns:literal),+ from $call:literal) => {
        concat!(
            "SELECT ",
            $($columns,)+
            " FROM pg_catalog.set_config('app.business_id', $1, true) AS context, LATERAL tallystick.",
            $call,
            " AS f"
        )
    };
    ($call:literal) => {
        tenant_call!("f.*" from $call)
    };
}
pub(super) use tenant_call;

/// The most rows of a page that costs PostgreSQL no more than a write does. It is the page that clients get unless they ask for more.
const SHORT_PAGE: u16 = PageLimit::DEFAULT;

/// A statement and its parameters. It can be sent more than once. Every call says what it costs the others ([`Class`]), because
/// there is no other way to make one.
pub(super) struct Call {
    function: &'static str,
    statement: &'static str,
    params: Vec<(Box<dyn ToSql + Send + Sync>, Type)>,
    way: Way,
    /// The place of the parameter that says what to do about held rows, if the function passes over them.
    passes_over: Option<usize>,
}

/// How a call gets its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// With a permit of the gate.
    Gate(Caller, Class),
    /// With a permit of the gate, and perhaps together with other reads.
    Shared(Caller, Share),
    /// From the few connections that are for reports.
    Reports,
    /// From the few connections that no business can take.
    Aside,
}

impl Way {
    /// The way of the same call when it waits for a held row.
    const fn for_held_rows(self) -> Self {
        match self {
            Self::Gate(caller, _) | Self::Shared(caller, _) => Self::Gate(caller, Class::HeldRows),
            Self::Reports => Self::Reports,
            Self::Aside => Self::Aside,
        }
    }
}

impl Call {
    /// A call in the context of `business_id` that writes. `function` names it in metrics and logs.
    pub(super) fn quick(function: &'static str, statement: &'static str, business_id: BusinessId) -> Self {
        Self::new(function, statement, Way::Gate(Some(business_id), Class::Quick)).with(business_id.to_string())
    }

    /// A call in the context of `business_id` that reads one record, locks no row and changes nothing.
    pub(super) fn read(function: &'static str, statement: &'static str, business_id: BusinessId) -> Self {
        Self::new(function, statement, Way::Shared(Some(business_id), Share::Records)).with(business_id.to_string())
    }

    /// The same for a page of so many rows, which are found one after the other in an index, and need no look-ups of their own.
    pub(super) fn page(
        function: &'static str,
        statement: &'static str,
        business_id: BusinessId,
        limit: PageLimit,
    ) -> Self {
        if limit.get() > SHORT_PAGE {
            return Self::heavy(function, statement, business_id);
        }
        Self::new(function, statement, Way::Shared(Some(business_id), Share::Pages)).with(business_id.to_string())
    }

    /// A call in the context of `business_id` that reads many rows.
    pub(super) fn heavy(function: &'static str, statement: &'static str, business_id: BusinessId) -> Self {
        Self::new(function, statement, Way::Gate(Some(business_id), Class::Heavy)).with(business_id.to_string())
    }

    /// A call in the context of `business_id` that reads a part of a report. It changes nothing.
    pub(super) fn report(function: &'static str, statement: &'static str, business_id: BusinessId) -> Self {
        Self::new(function, statement, Way::Reports).with(business_id.to_string())
    }

    /// The platform's call in the context of `business_id`. It waits in the platform's queue: the business may have filled its own.
    pub(super) fn of_platform(function: &'static str, statement: &'static str, business_id: BusinessId) -> Self {
        Self::new(function, statement, Way::Gate(None, Class::Quick)).with(business_id.to_string())
    }

    /// A call in the context of `business_id` that other requests wait for, and that costs next to nothing.
    pub(super) fn aside(function: &'static str, statement: &'static str, business_id: BusinessId) -> Self {
        Self::new(function, statement, Way::Aside).with(business_id.to_string())
    }

    /// A call outside every tenant's context.
    pub(super) fn platform(function: &'static str, statement: &'static str, class: Class) -> Self {
        Self::new(function, statement, Way::Gate(None, class))
    }

    /// The call that asks whether the database answers.
    pub(super) fn probe(function: &'static str, statement: &'static str) -> Self {
        Self::new(function, statement, Way::Aside)
    }

    fn new(function: &'static str, statement: &'static str, way: Way) -> Self {
        Self { function, statement, params: Vec::with_capacity(8), way, passes_over: None }
    }

    /// Adds the parameter `p_held`.
    pub(super) fn with_held(mut self, held: HeldRows) -> Self {
        self.passes_over = (held != HeldRows::Wait).then_some(self.params.len());
        self.with(held.sql().to_owned())
    }

    /// Whether `answer` says that the call passed over a held row, and did nothing.
    fn has_passed_over(&self, answer: &Answer) -> bool {
        self.passes_over.is_some() && answer.outcome().is_ok_and(held::is_passed_over)
    }

    /// The same call, to wait for held rows.
    fn waiting(mut self) -> Self {
        if let Some(held) = self.passes_over.take() {
            self.params[held] = HeldRows::Wait.sql().to_owned().into_sql();
        }
        self
    }

    /// Adds the next parameter.
    pub(super) fn with(mut self, value: impl Param) -> Self {
        self.params.push(value.into_sql());
        self
    }

    async fn send(&self, connection: &Connection, named: bool) -> Result<Vec<Row>, tokio_postgres::Error> {
        if named {
            let statement = connection.prepare_cached(self.statement).await?;
            let params: Vec<&(dyn ToSql + Sync)> =
                self.params.iter().map(|(value, _)| value.as_ref() as &(dyn ToSql + Sync)).collect();
            connection.query(&statement, &params).await
        } else {
            let params: Vec<(&(dyn ToSql + Sync), Type)> = self
                .params
                .iter()
                .map(|(value, sql_type)| (value.as_ref() as &(dyn ToSql + Sync), sql_type.clone()))
                .collect();
            connection.query_typed(self.statement, &params).await
        }
    }
}

/// The error for an outcome that no arm of the caller knows: SQL and Rust differ, so the program does not fit the database.
pub(super) fn unknown_outcome(outcome: &str) -> Error {
    Error::internal(anyhow::anyhow!("a function returned the unknown outcome {outcome:?}"))
}

/// The error for a token that was accepted, but whose business does not exist.
pub(super) fn business_is_gone() -> Error {
    Error::Forbidden("the business of these credentials does not exist")
}

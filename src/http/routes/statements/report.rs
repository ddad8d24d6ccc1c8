//! Reads a statement in parts while its client takes it, and sees that it adds up. A statement that does not is never sent to its end.

use bytes::Bytes;

use crate::{
    db::{Database, StatementPlan},
    domain::{StatementCharge, StatementLine},
    error::{Error, Result},
    http::memory::Held,
};

/// Writes a statement in one form. All is written to the end of `out`.
pub(super) trait Writer: Send {
    /// What comes before the first line.
    fn begin(&mut self, plan: &StatementPlan, out: &mut Vec<u8>) -> Result<()>;
    /// The next lines.
    fn lines(&mut self, plan: &StatementPlan, lines: &[StatementLine], out: &mut Vec<u8>) -> Result<()>;
    /// What comes after the last line and before the first open charge.
    fn close(&mut self, plan: &StatementPlan, out: &mut Vec<u8>) -> Result<()>;
    /// The next open charges.
    fn charges(&mut self, plan: &StatementPlan, charges: &[StatementCharge], out: &mut Vec<u8>) -> Result<()>;
    /// What comes after the last open charge.
    fn end(&mut self, plan: &StatementPlan, out: &mut Vec<u8>) -> Result<()>;
}

/// A statement, as far as it was not sent yet.
pub(super) struct Report {
    db: Database,
    plan: StatementPlan,
    writer: Box<dyn Writer>,
    /// What is written and not sent.
    text: Vec<u8>,
    next: Next,
    /// The balance after the lines so far.
    balance: i64,
    /// The sum of the open charges so far.
    open: i64,
    /// One part of each statement is in memory at a time.
    _held: Held,
}

/// What comes next.
#[derive(Debug, Clone, Copy)]
enum Next {
    LinesAfter(i64),
    ChargesAfter(Option<i64>),
    Nothing,
}

impl Report {
    pub(super) fn new(db: Database, plan: StatementPlan, mut writer: Box<dyn Writer>, held: Held) -> Result<Self> {
        let mut text = Vec::new();
        writer.begin(&plan, &mut text)?;
        let next = Next::LinesAfter(plan.opening_no);
        let balance = plan.head.opening_balance.get();
        Ok(Self { db, plan, writer, text, next, balance, open: 0, _held: held })
    }

    /// The text of the next part that has any. An error ends the answer before its end, and closes the connection.
    pub(super) async fn next_part(mut self) -> Result<Option<(Bytes, Self)>> {
        loop {
            let read = match self.next {
                Next::LinesAfter(after) => self.read_lines(after).await,
                Next::ChargesAfter(after) => self.read_charges(after).await,
                Next::Nothing => return Ok(None),
            };
            read.inspect_err(|error| self.log(error))?;
            if !self.text.is_empty() {
                return Ok(Some((std::mem::take(&mut self.text).into(), self)));
            }
        }
    }

    async fn read_lines(&mut self, after: i64) -> Result<()> {
        let mut last = after;
        if after < self.plan.closing_no {
            let lines = self.db.statement_lines(&self.plan, after).await?;
            for line in &lines {
                last += 1;
                self.balance += line.amount.get();
                if line.entry_no != last || line.balance_after.get() != self.balance {
                    return Err(does_not_add_up(&format!("entry {} does not follow", line.entry_no)));
                }
            }
            self.writer.lines(&self.plan, &lines, &mut self.text)?;
        }
        if last < self.plan.closing_no && last > after {
            self.next = Next::LinesAfter(last);
            return Ok(());
        }
        if last != self.plan.closing_no || self.balance != self.plan.head.closing_balance.get() {
            return Err(does_not_add_up("the lines do not lead to the closing balance"));
        }
        self.writer.close(&self.plan, &mut self.text)?;
        self.next = Next::ChargesAfter(None);
        Ok(())
    }

    async fn read_charges(&mut self, after: Option<i64>) -> Result<()> {
        let part = self.db.statement_charges(&self.plan, after).await?;
        self.open += part.charges.iter().map(|charge| charge.charge.open_amount.get()).sum::<i64>();
        self.writer.charges(&self.plan, &part.charges, &mut self.text)?;
        if part.next_after.is_some() {
            self.next = Next::ChargesAfter(part.next_after);
            return Ok(());
        }
        if self.open != self.plan.head.closing_balance.get().max(0) {
            return Err(does_not_add_up("the open charges are not the closing balance"));
        }
        self.writer.end(&self.plan, &mut self.text)?;
        self.next = Next::Nothing;
        Ok(())
    }

    /// The answer has begun, so the log line of its request says nothing of it.
    fn log(&self, error: &Error) {
        let error = match error {
            Error::Internal(cause) | Error::DatabaseUnavailable(cause) => format!("{cause:#}"),
            other => other.to_string(),
        };
        tracing::warn!(business_id = %self.plan.head.business.id, error, "a statement was cut off");
    }
}

fn does_not_add_up(what: &str) -> Error {
    Error::internal(anyhow::anyhow!("a statement does not add up: {what}"))
}

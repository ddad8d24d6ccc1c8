//! A statement as CSV (RFC 4180): one table, whose first column says what a row is.
//!
//! Every amount is there in minor units and with the currency's decimals. Texts come from clients, and a spreadsheet takes a text
//! that begins like a formula for one. So such a text gets an apostrophe before it.

use std::borrow::Cow;

use ::csv::{Terminator, WriterBuilder};
use chrono::{DateTime, Utc};

use super::{decimals::Decimals, report::Writer};
use crate::{
    db::StatementPlan,
    domain::{Statement, StatementCharge, StatementLine},
    error::{Error, Result},
};

/// Writes CSV.
#[derive(Debug)]
pub(super) struct CsvWriter;

const COLUMNS: [&str; 20] = [
    "row",
    "customer_id",
    "customer_name",
    "date",
    "entry_no",
    "id",
    "kind",
    "reference",
    "reason",
    "due_on",
    "created_at",
    "due_at",
    "amount_minor",
    "balance_minor",
    "open_minor",
    "amount",
    "balance",
    "open",
    "currency",
    "final",
];

/// A row. What it does not say is empty.
#[derive(Default)]
struct Row<'a> {
    says: &'static str,
    date: String,
    entry_no: String,
    id: String,
    kind: &'static str,
    reference: Cow<'a, str>,
    reason: Cow<'a, str>,
    due_on: String,
    created_at: String,
    due_at: String,
    amount: Option<i128>,
    balance: Option<i128>,
    open: Option<i128>,
    is_final: Option<bool>,
}

/// Writes rows to the end of a text.
struct Rows<'a> {
    customer_id: String,
    customer_name: Cow<'a, str>,
    currency: &'static str,
    decimals: Decimals,
    writer: ::csv::Writer<Vec<u8>>,
}

impl<'a> Rows<'a> {
    fn of(head: &'a Statement) -> Self {
        Self {
            customer_id: head.customer.id.to_string(),
            customer_name: harmless(&head.customer.name),
            currency: head.business.currency.as_str(),
            decimals: Decimals::of(head),
            writer: WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new()),
        }
    }

    fn write(&mut self, row: &Row<'_>) -> Result<()> {
        let minor = |amount: Option<i128>| amount.map(|amount| amount.to_string()).unwrap_or_default();
        let decimal = |amount: Option<i128>| amount.map(|amount| self.decimals.plain(amount)).unwrap_or_default();
        let is_final = row.is_final.map(|is_final| if is_final { "true" } else { "false" }).unwrap_or_default();
        let fields: [&str; COLUMNS.len()] = [
            row.says,
            &self.customer_id,
            &self.customer_name,
            &row.date,
            &row.entry_no,
            &row.id,
            row.kind,
            &row.reference,
            &row.reason,
            &row.due_on,
            &row.created_at,
            &row.due_at,
            &minor(row.amount),
            &minor(row.balance),
            &minor(row.open),
            &decimal(row.amount),
            &decimal(row.balance),
            &decimal(row.open),
            self.currency,
            is_final,
        ];
        self.writer.write_record(fields).map_err(Error::internal)
    }

    fn finish(self, out: &mut Vec<u8>) -> Result<()> {
        let text = self.writer.into_inner().map_err(|error| Error::internal(anyhow::anyhow!("{error}")))?;
        out.extend_from_slice(&text);
        Ok(())
    }
}

impl Writer for CsvWriter {
    fn begin(&mut self, plan: &StatementPlan, out: &mut Vec<u8>) -> Result<()> {
        let mut rows = Rows::of(&plan.head);
        rows.writer.write_record(COLUMNS).map_err(Error::internal)?;
        rows.write(&Row {
            says: "opening_balance",
            date: plan.head.from.to_string(),
            balance: Some(plan.head.opening_balance.get().into()),
            ..Row::default()
        })?;
        rows.finish(out)
    }

    fn lines(&mut self, plan: &StatementPlan, lines: &[StatementLine], out: &mut Vec<u8>) -> Result<()> {
        let mut rows = Rows::of(&plan.head);
        for line in lines {
            rows.write(&Row {
                says: "entry",
                date: line.date.to_string(),
                entry_no: line.entry_no.to_string(),
                id: line.id.to_string(),
                kind: line.kind.as_str(),
                reference: line.reference.as_deref().map(harmless).unwrap_or_default(),
                reason: line.reason.as_deref().map(harmless).unwrap_or_default(),
                due_on: line.due_on.map(|day| day.to_string()).unwrap_or_default(),
                created_at: moment(line.created_at),
                due_at: line.due_at.map(moment).unwrap_or_default(),
                amount: Some(line.amount.get().into()),
                balance: Some(line.balance_after.get().into()),
                ..Row::default()
            })?;
        }
        rows.finish(out)
    }

    fn close(&mut self, plan: &StatementPlan, out: &mut Vec<u8>) -> Result<()> {
        let Statement { to, closing_balance, is_final, aging, .. } = &plan.head;
        let mut rows = Rows::of(&plan.head);
        rows.write(&Row {
            says: "closing_balance",
            date: to.to_string(),
            balance: Some(closing_balance.get().into()),
            is_final: Some(*is_final),
            ..Row::default()
        })?;
        for (kind, amount) in [
            ("not_due", aging.not_due),
            ("days_1_to_30", aging.days_1_to_30),
            ("days_31_to_60", aging.days_31_to_60),
            ("days_61_to_90", aging.days_61_to_90),
            ("over_90_days", aging.over_90_days),
        ] {
            rows.write(&Row { says: "aging", date: to.to_string(), kind, open: Some(amount.get()), ..Row::default() })?;
        }
        rows.finish(out)
    }

    fn charges(&mut self, plan: &StatementPlan, charges: &[StatementCharge], out: &mut Vec<u8>) -> Result<()> {
        let mut rows = Rows::of(&plan.head);
        for StatementCharge { charge, date, due_on } in charges {
            rows.write(&Row {
                says: "open_charge",
                date: date.to_string(),
                entry_no: charge.entry_no.to_string(),
                id: charge.charge_id.to_string(),
                kind: charge.kind.as_str(),
                due_on: due_on.to_string(),
                created_at: moment(charge.created_at),
                due_at: moment(charge.due_at),
                amount: Some(charge.amount.get().into()),
                open: Some(charge.open_amount.get().into()),
                ..Row::default()
            })?;
        }
        rows.finish(out)
    }

    fn end(&mut self, _: &StatementPlan, _: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }
}

fn moment(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeZone as _, Utc};

    use super::{COLUMNS, Row, Rows, harmless};
    use crate::domain::{
        AgeBuckets, BusinessId, Currency, CustomerId, Statement, StatementBusiness, StatementCustomer, Sum,
    };

    #[test]
    fn a_text_that_begins_like_a_formula_is_none_for_a_spreadsheet() {
        for formula in
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\u{ff1d}1", "\u{ff0b}1", "\u{ff0d}1", "\u{ff20}1"]
        {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for text in ["PO-4711", "", "1-2", "'=1", " =1", "Überweisung", "a=b"] {
            assert_eq!(harmless(text), text);
        }
    }

    fn head(customer_name: &str, currency: &str) -> Statement {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let moment = Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap();
        let currency: Currency = currency.parse().unwrap();
        let nothing = Sum::default();
        Statement {
            business: StatementBusiness {
                id: BusinessId::new(),
                name: "b".to_owned(),
                currency,
                currency_decimals: currency.decimals().into(),
                time_zone: "UTC".parse().unwrap(),
            },
            customer: StatementCustomer { id: CustomerId::new(), name: customer_name.to_owned(), external_id: None },
            from: day,
            to: day,
            period_start: moment,
            period_end: moment,
            is_final: true,
            as_of: moment,
            opening_balance: 0.try_into().unwrap(),
            closing_balance: 0.try_into().unwrap(),
            aging: AgeBuckets {
                not_due: nothing,
                days_1_to_30: nothing,
                days_31_to_60: nothing,
                days_61_to_90: nothing,
                over_90_days: nothing,
            },
            proof: None,
            lines: Vec::new(),
            open_charges: Vec::new(),
        }
    }

    /// The rows as they are sent.
    fn text(head: &Statement, rows: &[Row<'_>]) -> String {
        let mut writing = Rows::of(head);
        for row in rows {
            writing.write(row).unwrap();
        }
        let mut out = b"before|".to_vec();
        writing.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap().strip_prefix("before|").unwrap().to_owned()
    }

    #[test]
    fn a_row_has_every_column_and_is_read_as_it_was_written_whatever_is_in_its_texts() {
        for hostile in ["a,b", "\"", "a\r\nentry,x", "a\nb", "a\rb", "a;b", "", " a ", "قهوة, \"مركز\"", "\u{feff}a"]
        {
            let head = head(hostile, "EUR");
            let row = Row { says: "entry", reference: hostile.into(), reason: hostile.into(), ..Row::default() };
            let text = text(&head, &[row]);
            assert!(text.ends_with("\r\n"));
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let read: Vec<_> = reader.records().map(Result::unwrap).collect();
            let [read] = &read[..] else { panic!("{read:?}") };
            assert_eq!(read.len(), COLUMNS.len(), "{text}");
            let column = |name: &str| &read[COLUMNS.iter().position(|column| *column == name).unwrap()];
            assert_eq!(["customer_name", "reference", "reason"].map(column), [hostile; 3]);
        }
    }

    #[test]
    fn an_amount_that_a_row_has_not_is_empty_and_not_zero() {
        let columns = |row: Row<'_>| {
            let head = head("c", "BHD");
            let text = text(&head, &[row]);
            let fields: Vec<_> = text.trim_end().split(',').map(str::to_owned).collect();
            fields[12..].to_vec()
        };
        assert_eq!(columns(Row::default()), ["", "", "", "", "", "", "BHD", ""]);
        let all =
            Row { amount: Some(-1), balance: Some(0), open: Some(12_345), is_final: Some(false), ..Row::default() };
        assert_eq!(columns(all), ["-1", "0", "12345", "-0.001", "0.000", "12.345", "BHD", "false"]);
    }
}

//! A statement as a page that a browser shows and prints: no scripts, nothing from elsewhere.
//!
//! Whatever comes from the database is escaped by `html!`, and the page's policy lets the browser run and load nothing but the one
//! style. A name or text in a language that is written from right to left keeps its own direction (`bdi`, `dir="auto"`).

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::NaiveDate;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::{decimals::Decimals, report::Writer};
use crate::{
    db::StatementPlan,
    domain::{EntryKind, Statement, StatementCharge, StatementLine},
    error::Result,
};

const STYLE: &str = include_str!("statement.css");

/// What a browser may do with the page.
pub(super) fn policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        let style = STANDARD.encode(Sha256::digest(STYLE));
        format!(
            "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    });
    &POLICY
}

/// Writes HTML.
#[derive(Debug, Default)]
pub(super) struct HtmlWriter {
    has_charges: bool,
}

impl Writer for HtmlWriter {
    fn begin(&mut self, plan: &StatementPlan, out: &mut Vec<u8>) -> Result<()> {
        let head = &plan.head;
        write(
            out,
            &html! {
                (DOCTYPE)
                (PreEscaped("<html lang=\"en\">"))
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { "Statement " (head.from) " to " (head.to) " – " (head.customer.name) }
                    style { (PreEscaped(STYLE)) }
                }
                (PreEscaped("<body>"))
                (title(head))
                (summary(plan))
                h2 { "Entries" }
                (PreEscaped("<div class=\"sheet\"><table class=\"entries\">"))
                colgroup { col.c-day; col.c-no; col; col.c-day; col.c-amount; col.c-amount; }
                thead {
                    (running(head, 6))
                    tr {
                        th { "Date" } th.number { "No." } th { "Entry" } th { "Due" }
                        th.amount { "Amount" } th.amount { "Balance" }
                    }
                }
                (PreEscaped("<tbody>"))
                (balance(head.from, "Opening balance", head.opening_balance.get(), head))
            },
        );
        Ok(())
    }

    fn lines(&mut self, plan: &StatementPlan, lines: &[StatementLine], out: &mut Vec<u8>) -> Result<()> {
        let decimals = Decimals::of(&plan.head);
        for line in lines {
            write(
                out,
                &html! {
                    tr {
                        td.day { (line.date) }
                        td.number { (line.entry_no) }
                        td { (entry(line)) }
                        td.day { @if let Some(day) = line.due_on { (day) } }
                        td.amount { (decimals.grouped(line.amount.get())) }
                        td.amount { (decimals.grouped(line.balance_after.get())) }
                    }
                },
            );
        }
        Ok(())
    }

    fn close(&mut self, plan: &StatementPlan, out: &mut Vec<u8>) -> Result<()> {
        let head = &plan.head;
        write(
            out,
            &html! {
                (balance(head.to, "Closing balance", head.closing_balance.get(), head))
                (PreEscaped("</tbody></table></div>"))
            },
        );
        Ok(())
    }

    fn charges(&mut self, plan: &StatementPlan, charges: &[StatementCharge], out: &mut Vec<u8>) -> Result<()> {
        let decimals = Decimals::of(&plan.head);
        if !charges.is_empty() && !std::mem::replace(&mut self.has_charges, true) {
            write(
                out,
                &html! {
                    h2 { "Open charges" }
                    (PreEscaped("<div class=\"sheet\"><table class=\"charges\">"))
                    colgroup { col.c-day; col.c-no; col; col.c-day; col.c-amount; col.c-amount; }
                    thead {
                        (running(&plan.head, 6))
                        tr {
                            th { "Date" } th.number { "No." } th { "Charge" } th { "Due" }
                            th.amount { "Amount" } th.amount { "Open" }
                        }
                    }
                    (PreEscaped("<tbody>"))
                },
            );
        }
        for StatementCharge { charge, date, due_on } in charges {
            write(
                out,
                &html! {
                    tr {
                        td.day { (date) }
                        td.number { (charge.entry_no) }
                        td { (label(charge.kind)) }
                        td.day { (due_on) }
                        td.amount { (decimals.grouped(charge.amount.get())) }
                        td.amount { (decimals.grouped(charge.open_amount.get())) }
                    }
                },
            );
        }
        Ok(())
    }

    fn end(&mut self, plan: &StatementPlan, out: &mut Vec<u8>) -> Result<()> {
        let head = &plan.head;
        let decimals = Decimals::of(head);
        write(
            out,
            &html! {
                @if self.has_charges {
                    tr.sum {
                        td colspan="5" { "Total of what is open" }
                        td.amount { (decimals.grouped(head.closing_balance.get().max(0))) }
                    }
                    (PreEscaped("</tbody></table></div>"))
                }
                // Together: a page with nothing but the notes looks like a mistake.
                div.end {
                    (aging(head))
                    (footer(head))
                }
                (PreEscaped("</body></html>\n"))
            },
        );
        Ok(())
    }
}

fn write(out: &mut Vec<u8>, markup: &Markup) {
    out.extend_from_slice(markup.0.as_bytes());
}

fn title(head: &Statement) -> Markup {
    html! {
        h1 { "Statement of account" }
        div.parties {
            div {
                div.label { "From" }
                div.name dir="auto" { (head.business.name) }
            }
            div {
                div.label { "For" }
                div.name dir="auto" { (head.customer.name) }
                @if let Some(reference) = &head.customer.external_id {
                    div.note { "Customer " bdi { (reference) } }
                }
            }
        }
        p { "Period: " strong { (head.from) " to " (head.to) } ", days in the time zone " (head.business.time_zone) }
        p { "Currency: " (head.business.currency.as_str()) }
        @if !head.is_final {
            p { span.open { "Not final: more entries may be made in this period." } }
        }
    }
}

fn summary(plan: &StatementPlan) -> Markup {
    let decimals = Decimals::of(&plan.head);
    html! {
        table.figures {
            tbody {
                tr { td { "Opening balance" } td.amount { (decimals.grouped(plan.head.opening_balance.get())) } }
                tr { td { "Charges" } td.amount { (decimals.grouped(plan.charged)) } }
                tr { td { "Payments and other credit" } td.amount { (decimals.grouped(-plan.credited)) } }
                tr.sum { td { "Closing balance" } td.amount { (decimals.grouped(plan.head.closing_balance.get())) } }
            }
        }
    }
}

/// The head of each printed page of a table.
fn running(head: &Statement, columns: u8) -> Markup {
    html! {
        tr.running aria-hidden="true" {
            th colspan=(columns) {
                div { span { (head.from) " to " (head.to) " · " bdi { (head.customer.name) } " · " bdi { (head.business.name) } } }
            }
        }
    }
}

fn balance(day: NaiveDate, what: &str, amount: i64, head: &Statement) -> Markup {
    html! {
        tr.sum { td.day { (day) } td {} td colspan="3" { (what) } td.amount { (Decimals::of(head).grouped(amount)) } }
    }
}

fn entry(line: &StatementLine) -> Markup {
    html! {
        (label(line.kind))
        @if let Some(number) = line.reverses_entry_no { " of no. " (number) }
        @if let Some(day) = line.received_on { span.detail { "received on " (day) } }
        @if let Some(reference) = &line.reference { span.detail dir="auto" { (reference) } }
        @if let Some(reason) = &line.reason { span.detail dir="auto" { (reason) } }
    }
}

const fn label(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Purchase => "Purchase",
        EntryKind::Opening => "Opening item",
        EntryKind::Fee => "Fee",
        EntryKind::Debit => "Debit",
        EntryKind::Refund => "Refund",
        EntryKind::Payment => "Payment",
        EntryKind::Return => "Return",
        EntryKind::Credit => "Credit",
        EntryKind::WriteOff => "Write-off",
        EntryKind::Reversal => "Reversal",
        EntryKind::Allocation => "Allocation of credit",
    }
}

fn aging(head: &Statement) -> Markup {
    let decimals = Decimals::of(head);
    let aging = head.aging;
    html! {
        h2 { "Age of what is open" }
        div.sheet {
            table.aging {
                thead {
                    tr {
                        th.amount { "Not due" } th.amount { "1–30 days" } th.amount { "31–60 days" }
                        th.amount { "61–90 days" } th.amount { "Over 90 days" }
                    }
                }
                tbody {
                    tr {
                        @for amount in [aging.not_due, aging.days_1_to_30, aging.days_31_to_60, aging.days_61_to_90, aging.over_90_days] {
                            td.amount { (decimals.grouped(amount.get())) }
                        }
                    }
                }
            }
        }
        p.note { "Days since a charge fell due, as of " (head.as_of.format("%Y-%m-%d %H:%M:%S UTC")) "." }
    }
}

fn footer(head: &Statement) -> Markup {
    html! {
        div.notes {
            p.note {
                "A balance above zero is owed by the customer. Amounts above zero raise it, amounts below zero lower it."
                @if head.is_final { " This statement is final: no entry can be added to its period." }
            }
            @if let Some(proof) = &head.proof {
                p.note { "Proof of all entries up to no. " (proof.entry_no) ": " span.hash { (proof.hash) } }
            }
        }
    }
}

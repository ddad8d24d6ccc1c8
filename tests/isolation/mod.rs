//! No business reads, changes or detects another business's data, from HTTP down to plain SQL.

mod context;
mod foreign_ids;
mod forgeries;
pub mod functions;
pub mod http;
mod ledger_rules;
mod ledger_ways;
mod monitoring;
mod powers;
mod privileges;
mod record_rules;
mod return_rules;
mod sideways;
mod supabase;
mod takeover;
mod twins;

//! No business sees, changes or guesses at another's: by actor, from HTTP down to plain SQL.

mod context;
mod http;
mod ledger_rules;
mod privileges;
mod record_rules;
mod supabase;
mod takeover;
mod twins;

//! The schema in a database: installing it, upgrading it, and refusing to serve one that does not fit.
//!
//! - [`migrate`] installs and upgrades the schema.
//! - [`role_check`] refuses to serve a database of another release, or with a role that could bypass the rules.
//!
//! No request enters here: `serve` calls this at its start, and the commands call it. What the SQL does is described in
//! `sql/README.md`.

pub mod migrate;
pub mod role_check;

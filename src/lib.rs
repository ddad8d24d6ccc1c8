//! tallystick: many businesses sell to their customers on credit, on one PostgreSQL, through one HTTP API.
//!
//! The database decides: stock, credit, tenancy and the ledger are held by SQL under `sql/`.
//! This crate authenticates, finds the business, parses input, runs one SQL call and answers.

pub mod domain;
pub mod error;
pub mod local_postgres;

//! tallystick: many businesses sell to their customers on credit, on one PostgreSQL, through one HTTP API.
//!
//! The database decides: stock, credit, tenancy and the ledger are held by SQL under `sql/`.
//! This crate authenticates, finds the business, parses input, runs one SQL call and answers.

pub mod app;
pub mod auth;
pub mod cli;
pub mod code;
pub mod commands;
pub mod config;
pub mod db;
pub mod domain;
pub mod error;
pub mod http;
pub mod local_postgres;
pub mod metrics;
pub mod schema;
pub mod telemetry;
pub mod verify;

//! Torture: many clients, hot businesses, faults; then a checker that holds every answer against the database.
//!
//! A [`run`] is a [`plan`] carried out in [`chapter`]s. Each makes a [`world`], lets [`clients`] loose on it and injects
//! [`faults`], some of them by way of the [`link`]s between servers and PostgreSQL. [`history`] is what the clients sent and
//! were told, [`books`] what the database holds in the end, and [`checker`] says whether the two can both be true. A
//! [`recording`] keeps both in a file.

pub mod books;
pub mod chapter;
pub mod checker;
pub mod clients;
pub mod faults;
pub mod history;
pub mod link;
pub mod plan;
pub mod progress;
pub mod recording;
pub mod report;
pub mod run;
pub mod world;

//! Torture: many clients, hot businesses, faults; then a checker that holds every answer against the database.
//!
//! [`history`] is what the clients sent and were told, [`books`] what the database holds in the end, and [`checker`]
//! says whether the two can both be true. [`recording`] keeps both in a file.

pub mod books;
pub mod checker;
pub mod history;
pub mod recording;

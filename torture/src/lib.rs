//! Torture: many clients, few customers and products, faults. Then a checker compares every answer with the database.
//!
//! A [`run`] carries out a [`plan`] in [`chapter`]s. A chapter starts a [`world`] (PostgreSQL and servers), lets [`clients`]
//! send requests and injects [`faults`], some of them on the [`link`]s between servers and PostgreSQL.
//!
//! The [`history`] is what clients sent and which answers they got. The [`books`] are the rows of the database. The
//! [`checker`] says whether both can be true. A [`recording`] keeps both in a file.

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

//! Exact interleavings of database sessions, written as scripts.
//!
//! ```text
//! one: BEGIN
//! one: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
//!    = created, 80
//! two: SELECT outcome, balance FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k2')
//!    waits for one on customers
//! one: COMMIT
//! two returns
//!    = credit_limit_exceeded, 80
//! ```
//!
//! - `name: SQL` runs a statement in the session of that name, which opens at its first mention: as the server's role, in
//!   the shop's context. The session `root` is the superuser's, for looking and for what no role may do.
//! - `= a, b` is a row that it returns; with such lines, it returns exactly these. `! 23505 constraint` is its error.
//! - `waits for other on customers` (or `products`: a row of that table; or `a key`: an entry of a unique index) says that
//!   the statement does not return before `other` lets go; `name returns` says where it does.
//! - A statement without `waits` returns before the next one is sent. At the end nobody is in a transaction.
//! - `:shop`, `:ada`, `:ben`, `:lamp`, `:rope` are ids. Ada and Ben may owe 100 each; a lamp costs 80 and there are 3, a
//!   rope costs 30 and there are 5; the lamp's id is less than the rope's.
//!
//! Whether a session waits is read from `pg_locks` until it does. Nothing sleeps, and no order is left to chance.

mod script;
mod stage;

use self::script::{Expectation, Step};
use self::stage::Stage;

/// Plays a script on a database of its own, and audits the database afterwards.
pub async fn play(text: &str) {
    play_all([text.to_owned()]).await;
}

/// Plays scripts one after the other on one database, and audits it afterwards. What each says of what it plays (`-- …`, its first
/// line) is printed, so that a script that fails is named.
pub async fn play_all(texts: impl IntoIterator<Item = String>) {
    let mut stage = Stage::start().await;
    for text in texts {
        if let Some(title) = text.lines().next().filter(|line| line.starts_with("--")) {
            println!("{title}");
        }
        for step in &script::parse(&text) {
            perform(&mut stage, step).await;
        }
    }
    stage.finish().await;
}

async fn perform(stage: &mut Stage, step: &Step) {
    match step {
        Step::Run { line, session, sql, expected: Expectation::Waits { holder, place } } => {
            stage.send(line, session, sql).await;
            stage.expect_wait(line, session, holder, place).await;
        }
        Step::Run { line, session, sql, expected: Expectation::Returns(expected) } => {
            stage.send(line, session, sql).await;
            stage.expect_return(line, session, expected.as_deref()).await;
        }
        Step::Returns { line, session, expected } => {
            stage.expect_return(line, session, expected.as_deref()).await;
        }
    }
}

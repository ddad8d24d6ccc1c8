//! `return_record`, called by somebody who does not check what it sends.

use crate::support::{
    actor::Actor,
    two_businesses::{OURS, fill, two_businesses},
};

const INVALID: &str = "22023";
const LINES: &str =
    "a return has 1 to 500 lines, each once, each with a quantity of 1 to 2147483647, and restocks at most that";
const REASON: &str = "a return has a reason and an idempotency key";

fn returned(lines: &str, quantities: &str, restocked: &str, reason: &str, key: &str) -> String {
    fill(&format!(
        "SELECT outcome FROM tallystick.return_record({{business}}, {{order}}, {lines}, {quantities}, {restocked}, {reason}, {key})"
    ))
}

#[tokio::test]
async fn a_return_that_is_not_one_is_refused_before_anything_is_looked_at() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let (one, none, why, key) = ("'{1}'", "'{NULL}'", "'why'", "'k'");
    assert_eq!(server.value(&returned(one, one, none, why, key)).await, "created");
    for (name, sql, message) in [
        ("no lines", returned("'{}'", "'{}'", "'{}'", why, key), LINES),
        ("lines that are NULL", returned("NULL", one, none, why, key), LINES),
        ("no quantities", returned(one, "NULL", none, why, key), LINES),
        ("nothing said of the stock", returned(one, one, "NULL", why, key), LINES),
        ("a quantity too few", returned("'{1,2}'", one, "'{NULL,NULL}'", why, key), LINES),
        ("a quantity too many", returned(one, "'{1,1}'", none, why, key), LINES),
        ("more said of the stock than of lines", returned(one, one, "'{NULL,NULL}'", why, key), LINES),
        ("a line twice", returned("'{1,1}'", "'{1,1}'", "'{NULL,NULL}'", why, key), LINES),
        ("line 0", returned("'{0}'", one, none, why, key), LINES),
        ("line 501", returned("'{501}'", one, none, why, key), LINES),
        ("a line that is NULL", returned("'{NULL}'", one, none, why, key), LINES),
        ("a quantity of 0", returned(one, "'{0}'", none, why, key), LINES),
        ("a quantity beyond what can be bought", returned(one, "'{2147483648}'", none, why, key), LINES),
        ("a quantity that is NULL", returned(one, none, none, why, key), LINES),
        ("more back in stock than came", returned(one, one, "'{2}'", why, key), LINES),
        ("less than nothing back in stock", returned(one, one, "'{-1}'", why, key), LINES),
        ("no reason", returned(one, one, none, "NULL", key), REASON),
        ("no key", returned(one, one, none, why, "NULL"), REASON),
    ] {
        let refusal = server.refusal(&sql).await;
        assert_eq!((refusal.code().code(), refusal.message()), (INVALID, message), "{name}: {refusal:?}");
    }
}

//! Every function with our business and, in each place in turn, an id of theirs: answered as with an id of nobody.

use regex::Regex;

use super::functions::{Function, server_functions};
use crate::support::{
    actor::{Actor, TextRow},
    two_businesses::{NOBODY, OURS, THEIRS, Tenant, two_businesses},
};

/// What stands for another thing in a call.
const FOREIGN: [&str; 5] = ["p_customer_id", "p_customer_ids", "p_product_id", "p_product_ids", "p_id"];

/// A call in our business, with things of `other` in one place.
fn call(function: &Function, other: Tenant, place: &str, thing: &str) -> String {
    let id = if place == "p_id" { other.id(thing) } else { OURS.id("customer") };
    let call = function.call_with(|name| if name == place { other } else { OURS }, &id);
    format!("SELECT each::text FROM {call} AS each")
}

/// An answer with all ids that were made for it, all times, all hashes, and how long a purchase waited for its locks, written alike.
fn alike(name: &str, told: &Result<Vec<TextRow>, [String; 4]>) -> String {
    let mut text = format!("{told:?}");
    if name.starts_with("tallystick.purchase") {
        text = Regex::new(r",\d+(,*)\)").unwrap().replace_all(&text, ",waited$1)").into_owned();
    }
    let text = Regex::new(r"\\x[0-9a-f]{64}").unwrap().replace_all(&text, "hash");
    let text = Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap().replace_all(&text, "id").into_owned();
    Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*\+\d\d").unwrap().replace_all(&text, "time").into_owned()
}

#[tokio::test]
async fn a_foreign_id_in_any_place_of_any_function_is_an_id_of_nobody() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let mut places = 0;
    for function in server_functions(&database).await.iter().filter(|function| function.takes("p_business_id")) {
        let name = &function.name;
        for place in FOREIGN.iter().filter(|place| function.takes(place)) {
            for thing in ["customer", "product", "order", "payment", "movement", "api_key"] {
                let theirs = call(function, THEIRS, place, thing);
                let missing = call(function, NOBODY, place, thing);
                let told = server.told(&theirs).await;
                assert!(!format!("{told:?}").contains("theirs"), "{theirs}\n{told:?}");
                assert_eq!(alike(name, &told), alike(name, &server.told(&missing).await), "{theirs}");
                places += 1;
            }
        }
    }
    assert!(places >= 15 * 6, "only {places} places were found");
}

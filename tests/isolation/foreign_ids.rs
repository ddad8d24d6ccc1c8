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
    // How long a purchase waited for its locks is left out.
    format!("SELECT jsonb_build_object('answer', to_jsonb(each)) #- '{{answer,lock_wait_us}}' FROM {call} AS each")
}

/// An answer with all ids that were made for it, all times and all hashes, written alike.
fn alike(told: &Result<Vec<TextRow>, [String; 4]>) -> String {
    let text = format!("{told:?}");
    let text = Regex::new("x[0-9a-f]{64}").unwrap().replace_all(&text, "hash").into_owned();
    let text = Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap().replace_all(&text, "id").into_owned();
    Regex::new(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.\d]*\+\d\d(:\d\d)?")
        .unwrap()
        .replace_all(&text, "time")
        .into_owned()
}

#[tokio::test]
async fn a_foreign_id_in_any_place_of_any_function_is_an_id_of_nobody() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let mut places = 0;
    for function in server_functions(&database).await.iter().filter(|function| function.takes("p_business_id")) {
        for place in FOREIGN.iter().filter(|place| function.takes(place)) {
            for thing in ["customer", "product", "order", "payment", "movement", "api_key"] {
                let theirs = call(function, THEIRS, place, thing);
                let missing = call(function, NOBODY, place, thing);
                let told = server.told(&theirs).await;
                assert!(!format!("{told:?}").contains("theirs"), "{theirs}\n{told:?}");
                assert_eq!(alike(&told), alike(&server.told(&missing).await), "{theirs}");
                places += 1;
            }
        }
    }
    assert!(places >= 15 * 6, "only {places} places were found");
}

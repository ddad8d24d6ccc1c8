//! Every function with our business and, in each place in turn, an id of theirs: answered as with an id of nobody.

use regex::Regex;

use super::context::{FUNCTIONS, argument};
use crate::support::{
    actor::{Actor, TextRow},
    two_businesses::{NOBODY, OURS, THEIRS, Tenant, two_businesses},
};

/// What stands for another thing in a call.
const FOREIGN: [&str; 4] = ["p_customer_id", "p_product_id", "p_product_ids", "p_id"];

/// A call in our business, with things of `other` in one place.
fn call(name: &str, names: &[String], types: &[String], other: Tenant, place: &str, thing: &str) -> String {
    let arguments = names.iter().zip(types).map(|(name, sql_type)| {
        let tenant = if name == place { other } else { OURS };
        let id = if name == place { other.id(thing) } else { OURS.id("customer") };
        argument(name, sql_type, tenant, &id)
    });
    format!("SELECT each::text FROM {name}({}) AS each", arguments.collect::<Vec<_>>().join(", "))
}

/// An answer with all ids that were made for it, all times, and how long a purchase waited for its locks, written alike.
fn alike(name: &str, told: &Result<Vec<TextRow>, [String; 4]>) -> String {
    let mut text = format!("{told:?}");
    if name.starts_with("tallystick.purchase") {
        text = Regex::new(r",\d+\)").unwrap().replace_all(&text, ",waited)").into_owned();
    }
    let text = Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap().replace_all(&text, "id").into_owned();
    Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*\+\d\d").unwrap().replace_all(&text, "time").into_owned()
}

#[tokio::test]
async fn a_foreign_id_in_any_place_of_any_function_is_an_id_of_nobody() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let functions = database.session().await.client().query(FUNCTIONS, &[]).await.unwrap();
    let mut places = 0;
    for function in functions {
        let name: String = function.get(0);
        let (names, types): (Vec<String>, Vec<String>) = (function.get(2), function.get(3));
        if !names.iter().any(|argument| argument == "p_business_id") {
            continue;
        }
        for place in FOREIGN.iter().filter(|place| names.iter().any(|name| name == *place)) {
            for thing in ["customer", "product", "order", "payment", "movement", "api_key"] {
                let theirs = call(&name, &names, &types, THEIRS, place, thing);
                let missing = call(&name, &names, &types, NOBODY, place, thing);
                let told = server.told(&theirs).await;
                assert!(!format!("{told:?}").contains("theirs"), "{theirs}\n{told:?}");
                assert_eq!(alike(&name, &told), alike(&name, &server.told(&missing).await), "{theirs}");
                places += 1;
            }
        }
    }
    assert!(places >= 15 * 6, "only {places} places were found");
}

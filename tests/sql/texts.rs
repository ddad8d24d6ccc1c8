//! The rules for texts and currencies: the database has the same as the program.

use tallystick::domain::{Currency, ExternalId, KeyName, Name, Reason, Sku};

use crate::support::{actor::Actor, fresh_database::FreshDatabase};

/// The rule of a text: the constraint that has it in the database, the name of what it looks at, and the type of the program.
struct Rule {
    constraint: &'static str,
    of: &'static str,
    accepts: fn(&str) -> bool,
}

const RULES: [Rule; 7] = [
    Rule { constraint: "product_sku_identifies", of: "value", accepts: |text| text.parse::<Sku>().is_ok() },
    Rule { constraint: "product_name_shows_something", of: "value", accepts: |text| text.parse::<Name>().is_ok() },
    Rule {
        constraint: "customers_external_id_identifies",
        of: "external_id",
        accepts: |text| text.parse::<ExternalId>().is_ok(),
    },
    Rule { constraint: "customers_name_shows_something", of: "name", accepts: |text| text.parse::<Name>().is_ok() },
    Rule { constraint: "businesses_name_shows_something", of: "name", accepts: |text| text.parse::<Name>().is_ok() },
    Rule { constraint: "api_keys_name_identifies", of: "name", accepts: |text| text.parse::<KeyName>().is_ok() },
    Rule {
        constraint: "stock_movements_reason_shows_something",
        of: "reason",
        accepts: |text| text.parse::<Reason>().is_ok(),
    },
];

/// Every code point that PostgreSQL can store, with one of fifty where nothing is assigned or all are alike.
const CODE_POINTS: &str = "
    SELECT n FROM generate_series(1, 1114111) AS n
    WHERE n NOT BETWEEN 55296 AND 57343 AND (n < 13312 OR n BETWEEN 55000 AND 131072 OR n BETWEEN 917504 AND 921700 OR n % 50 = 0)";

/// Where a character can stand.
const PLACES: [&str; 4] = ["@", "x@", "@x", "x@x"];

#[tokio::test]
async fn a_character_that_the_program_refuses_the_database_refuses_too_and_no_other() {
    let database = FreshDatabase::installed().await;
    let superuser = Actor::superuser(&database).await;
    for Rule { constraint, of, accepts } in RULES {
        let rule = format!("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{constraint}'");
        let rule = superuser.value(&rule).await;
        let rule = rule.strip_prefix("CHECK ").unwrap();
        // Of two that say the same, one is tried.
        let places = if constraint.starts_with("product_") { &PLACES[..] } else { &PLACES[3..] };
        for place in places {
            let of_each = place.split('@').map(|part| format!("'{part}'")).collect::<Vec<_>>().join(" || chr(n) || ");
            let accepted = format!("SELECT n, {rule} FROM (SELECT n, {of_each} AS {of} FROM ({CODE_POINTS}) AS n) AS n");
            for row in superuser.rows(&accepted).await {
                let [Some(code), Some(accepted)] = row.as_slice() else { panic!("{row:?}") };
                let character = char::from_u32(code.parse().unwrap()).unwrap();
                let text = place.replace('@', &character.to_string());
                assert_eq!(accepts(&text), accepted == "t", "{constraint} of {text:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_database_knows_the_currencies_of_the_program_and_their_decimals_and_no_others() {
    let database = FreshDatabase::installed().await;
    let superuser = Actor::superuser(&database).await;
    let decimals = "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef
                    JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE attname = 'currency_decimals'";
    let decimals = superuser.value(decimals).await;
    let letters = |name: &str| format!("generate_series(65, 90) AS {name}");
    let all = format!(
        "SELECT currency, {decimals} FROM (SELECT chr(a) || chr(b) || chr(c) AS currency FROM {}, {}, {}) AS each",
        letters("a"),
        letters("b"),
        letters("c")
    );
    let rows = superuser.rows(&all).await;
    assert_eq!(rows.len(), 26 * 26 * 26);
    for row in rows {
        let code = row[0].as_deref().unwrap();
        let expected = code.parse::<Currency>().ok().map(|currency| currency.decimals().to_string());
        assert_eq!(row[1], expected, "{code}");
    }
}

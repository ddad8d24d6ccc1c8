//! The rules for texts and currencies: the database has the same as the program.

use tallystick::domain::{Currency, ExternalId, KeyName, Name, Reason, Sku};

use crate::support::{actor::Actor, fresh_database::FreshDatabase};

/// The rule of a text: the domain's constraint that has it in the database, and the type of the program.
struct Rule {
    constraint: &'static str,
    accepts: fn(&str) -> bool,
}

const RULES: [Rule; 5] = [
    Rule { constraint: "product_sku_identifies", accepts: |text| text.parse::<Sku>().is_ok() },
    Rule { constraint: "product_name_shows_something", accepts: |text| text.parse::<Name>().is_ok() },
    // A unit is identified as a sku is, and no request has one yet.
    Rule { constraint: "product_unit_identifies", accepts: |text| text.parse::<Sku>().is_ok() },
    Rule {
        constraint: "identifying_text_has_only_visible_characters",
        accepts: |text| text.parse::<ExternalId>().is_ok() && text.parse::<KeyName>().is_ok(),
    },
    Rule {
        constraint: "visible_text_shows_something",
        accepts: |text| text.parse::<Name>().is_ok() && text.parse::<Reason>().is_ok(),
    },
];

/// Code points: all of the first scripts and symbols, all around what cannot be seen further on, and some of the others.
fn code_points() -> Vec<u32> {
    let all =
        [0x1..0x3400, 0xfb00..0x1_0000, 0x1_bc90..0x1_bcb0, 0x1_d160..0x1_d190, 0xd_fff0..0xe_0200, 0xe_0ff0..0xe_1010];
    let others = (0x3400..0x11_0000).step_by(101);
    all.into_iter().flatten().chain(others).filter(|code| char::from_u32(*code).is_some()).collect()
}

/// Where a character can stand.
const PLACES: [&str; 4] = ["x@x", "@", "x@", "@x"];

#[tokio::test]
async fn a_character_that_the_program_refuses_the_database_refuses_too_and_no_other() {
    let database = FreshDatabase::installed().await;
    let superuser = Actor::superuser(&database).await;
    let codes = code_points();
    for Rule { constraint, accepts } in RULES {
        let rule = format!("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{constraint}'");
        let rule = superuser.value(&rule).await;
        let rule = rule.strip_prefix("CHECK ").unwrap();
        // Of several rules that say the same, one is tried in all places.
        let places = if constraint.starts_with("product_") { &PLACES[..] } else { &PLACES[..1] };
        for place in places {
            let text = format!("'{}'", place.replace('@', "' || chr(code) || '"));
            let refused = format!(
                "SELECT code FROM (SELECT code, {text} AS value FROM unnest('{{{}}}'::integer[]) AS code) AS each WHERE NOT {rule}",
                codes.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
            );
            let refused = superuser.rows(&refused).await;
            let refused: Vec<u32> = refused.iter().map(|row| row[0].as_deref().unwrap().parse().unwrap()).collect();
            let text = |code: &u32| place.replace('@', &char::from_u32(*code).unwrap().to_string());
            let expected: Vec<u32> = codes.iter().copied().filter(|code| !accepts(&text(code))).collect();
            assert_eq!(refused, expected, "{constraint} of {place}");
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

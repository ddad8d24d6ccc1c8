//! Properties: a type accepts exactly the values that its description in the API allows.

use std::fmt::{Debug, Display};

use proptest::{collection::vec, prelude::*, sample::select};
use regex::Regex;
use serde::{Serialize, de::DeserializeOwned};
use utoipa::PartialSchema;

use super::*;

/// A type's description, as the API shows it.
fn described<T: PartialSchema>() -> serde_json::Value {
    serde_json::to_value(T::schema()).unwrap()
}

/// Whether the description lets a number through.
fn number_fits(schema: &serde_json::Value, value: i64) -> bool {
    (schema["minimum"].as_i64().unwrap()..=schema["maximum"].as_i64().unwrap()).contains(&value)
}

/// Whether the description lets a text through.
fn text_fits(schema: &serde_json::Value, text: &str) -> bool {
    let chars = text.chars().count() as u64;
    let long_enough = schema["minLength"].as_u64().is_none_or(|min| chars >= min);
    let short_enough = schema["maxLength"].as_u64().is_none_or(|max| chars <= max);
    let is_listed = schema["enum"].as_array().is_none_or(|listed| listed.contains(&text.into()));
    let has_form = schema["pattern"].as_str().is_none_or(|pattern| Regex::new(pattern).unwrap().is_match(text));
    long_enough && short_enough && is_listed && has_form
}

/// Tries a number type with a piece of JSON. It is accepted with the value as written, or refused.
fn holds_numbers<T>(json: &str) -> Result<(), TestCaseError>
where
    T: TryFrom<i64> + Into<i64> + Serialize + DeserializeOwned + PartialSchema,
{
    let is_whole = Regex::new("^-?(0|[1-9][0-9]*)$").unwrap().is_match(json) && json != "-0";
    let value = json.parse::<i64>().ok().filter(|_| is_whole);
    let expected = value.filter(|value| T::try_from(*value).is_ok());
    let taken = serde_json::from_str::<T>(json).ok();
    prop_assert_eq!(
        taken.as_ref().map(|taken| serde_json::to_string(taken).unwrap()),
        expected.map(|_| json.to_owned())
    );
    prop_assert_eq!(taken.map(Into::into), expected);
    if let Some(value) = value {
        // A change of stock is never 0, and a description by bounds cannot exclude a value between them.
        prop_assert!(expected.is_some() == number_fits(&described::<T>(), value) || value == 0, "{}", value);
    }
    Ok(())
}

fn holds_texts<T>(text: &str) -> Result<(), TestCaseError>
where
    T: TryFrom<String> + Into<String> + Serialize + DeserializeOwned + PartialSchema,
{
    let json = serde_json::to_string(text).unwrap();
    let taken = serde_json::from_str::<T>(&json).ok();
    prop_assert_eq!(taken.is_some(), text_fits(&described::<T>(), text));
    prop_assert_eq!(T::try_from(text.to_owned()).is_ok(), taken.is_some());
    if let Some(taken) = taken {
        prop_assert_eq!(serde_json::to_string(&taken).unwrap(), json, "stored as it came");
    }
    Ok(())
}

/// A number, in a form that JSON has or does not have; often near a bound.
fn numbers() -> impl Strategy<Value = String> {
    let bounds = vec![0, 1, i64::from(i32::MAX), MAX_SAFE_INTEGER, i64::MAX];
    let near = (select(bounds), -2..=2_i64, any::<bool>())
        .prop_map(|(bound, by, negative)| if negative { -bound } else { bound }.saturating_add(by).to_string());
    prop_oneof![
        near,
        any::<i64>().prop_map(|number| number.to_string()),
        "-?[0-9]{1,25}(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
        "\"-?[0-9]{1,3}\"|null|true|NaN|Infinity|\\[1\\]|\\+1|0x1|1_000",
    ]
}

/// Texts of ordinary and awkward characters, from nothing to a little too long.
fn texts() -> impl Strategy<Value = String> {
    let awkward = select(
        "\0\t\n\r\u{1f} \u{7f}\u{85}\u{9f}\u{a0}\u{1680}\u{200b}\u{200d}\u{2028}\u{202e}\u{2800}\u{3000}\u{feff}\u{e0041}é👩\u{10ffff}\"\\"
            .chars()
            .collect::<Vec<_>>(),
    );
    let blank = select(" \u{a0}\u{2003}\u{200b}\u{2800}\u{3000}\u{e0020}".chars().collect::<Vec<_>>());
    let lengths = [0..=3, 98..=102, 198..=202, 498..=502_usize];
    let length = select(lengths.to_vec()).prop_flat_map(|range| range);
    (length, 0..4).prop_flat_map(move |(length, kind)| {
        let character = match kind {
            0 => any::<char>().boxed(),
            1 => blank.clone().boxed(),
            2 => {
                prop_oneof![9 => any::<char>().prop_map(|c| if c.is_control() { 'x' } else { c }), 1 => awkward.clone()]
                    .boxed()
            }
            _ => prop_oneof![50 => Just('x'), 1 => awkward.clone()].boxed(),
        };
        vec(character, length).prop_map(String::from_iter)
    })
}

fn survives<T: std::str::FromStr<Err: Debug> + Display + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    prop_assert_eq!(&value.to_string().parse::<T>().unwrap(), value);
    Ok(())
}

proptest! {
    #[test]
    fn a_number_is_taken_as_it_is_written_or_not_at_all(json in numbers()) {
        holds_numbers::<Money>(&json)?;
        holds_numbers::<Amount>(&json)?;
        holds_numbers::<Balance>(&json)?;
        holds_numbers::<Quantity>(&json)?;
        holds_numbers::<Stock>(&json)?;
        holds_numbers::<StockChange>(&json)?;
        holds_numbers::<QuantityDecimals>(&json)?;
    }

    #[test]
    fn a_text_is_taken_as_described_and_kept_as_it_came(text in texts()) {
        holds_texts::<Name>(&text)?;
        holds_texts::<ExternalId>(&text)?;
        holds_texts::<Sku>(&text)?;
        holds_texts::<Unit>(&text)?;
        holds_texts::<KeyName>(&text)?;
        holds_texts::<Reason>(&text)?;
    }

    #[test]
    fn a_currency_is_one_of_those_that_are_described(text in prop_oneof!["[A-Z]{3}", "EUR|JPY|XAU|EUR ", "[A-Za-zÄß]{2,4}", texts()]) {
        holds_texts::<Currency>(&text)?;
    }

    #[test]
    fn an_idempotency_key_is_1_to_255_visible_ascii_characters(text in prop_oneof!["[!-~]{250,260}", "[ -~]{0,9}", texts()]) {
        let described = Regex::new("^[!-~]{1,255}$").unwrap().is_match(&text);
        let taken = text.parse::<IdempotencyKey>();
        prop_assert_eq!(taken.is_ok(), described);
        prop_assert!(taken.is_err() || taken.unwrap().as_str() == text);
    }

    #[test]
    fn a_page_limit_is_a_whole_number_from_1_to_200(text in prop_oneof!["[0-9]{1,3}", "-?[0-9.e]{0,6}", texts()]) {
        let number = text.parse::<i64>().ok().filter(|number| (1..=200).contains(number));
        prop_assert_eq!(text.parse::<PageLimit>().ok().map(|limit| i64::from(limit.get())), number);
    }

    #[test]
    fn a_scope_is_read_or_write(text in prop_oneof!["read|write|Read|write |", texts()]) {
        prop_assert_eq!(text.parse::<Scope>().is_ok(), text == "read" || text == "write");
    }

    #[test]
    fn ids_and_cursors_survive_the_round_trip(id in any::<u128>(), number in any::<i64>()) {
        let id = OrderId::from(uuid::Uuid::from_u128(id));
        survives(&id)?;
        survives(&Cursor(id))?;
        survives(&Cursor(number))?;
    }

    /// Every accepted cursor names one place, and the cursor that the server makes for that place is accepted, too.
    #[test]
    fn a_made_up_cursor_is_refused_or_names_a_place(text in prop_oneof!["[A-Za-z0-9_=+/-]{0,60}", texts()], place in "[-+0-9a-f{}]{0,40}") {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        for text in [text, URL_SAFE_NO_PAD.encode(place)] {
            if let Ok(cursor) = text.parse::<Cursor<OrderId>>() {
                survives(&cursor)?;
            }
            if let Ok(cursor) = text.parse::<Cursor<i64>>() {
                survives(&cursor)?;
            }
        }
    }

    #[test]
    fn an_id_is_a_uuid(text in prop_oneof!["[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "[0-9a-f-]{30,38}", texts()]) {
        let hyphenated = Regex::new("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$").unwrap();
        let taken = serde_json::from_str::<CustomerId>(&serde_json::to_string(&text).unwrap());
        prop_assert!(taken.is_ok() || !hyphenated.is_match(&text), "{} was refused", text);
        if let Ok(id) = taken {
            // All ways to write a UUID have the same digits.
            let digits = |text: &str| text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
            prop_assert!(digits(&text).ends_with(&digits(&id.to_string())));
        }
    }
}

//! Every fault of a bad body, and not the first alone.
//!
//! serde stops at the first fault. So the fault is mended in the text of the body, and the text is read again. What mends it
//! is the example that the type has in the API's description: it has a good value for every required member. A mended text
//! serves to find the next fault, and nothing else is ever done with it.
//!
//! Only bad bodies come here, and the work is bounded: at most [`MAX_FAULTS`] faults, and fewer of a large body.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use utoipa::PartialSchema;

use super::{
    explain::{Explanation, Kind, explain},
    objects_only::ObjectsOnly,
};
use crate::error::Fault;

/// The most faults that one answer names.
const MAX_FAULTS: usize = 100;
/// How much text is read in all, in bytes. A body of 40 KiB can have all its faults named; one of 256 KiB, 16.
const MAX_READ_BYTES: usize = 4 * 1024 * 1024;

/// Reads a body, and keeps track of the place in it.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_path_to_error::Error<serde_json::Error>> {
    serde_path_to_error::deserialize(ObjectsOnly(&mut serde_json::Deserializer::from_str(text)))
}

/// All faults of a JSON text that is no `T`, in the order in which they are found. None if it is a `T` after all.
pub(super) fn all_faults<T: DeserializeOwned + PartialSchema>(text: &str) -> Vec<Fault> {
    let example = example::<T>();
    let mut mended = text.to_owned();
    let mut faults: Vec<Fault> = Vec::new();
    for _ in 0..(MAX_READ_BYTES / text.len().max(1)).clamp(1, MAX_FAULTS) {
        let Err(error) = read::<T>(&mended) else { break };
        let message = error.inner().to_string();
        let Explanation { pointer, detail, kind } = explain(error.path(), &message);
        let fault = Fault::body(pointer, detail);
        if !faults.contains(&fault) {
            faults.push(fault);
        }
        match steps(error.path()).and_then(|steps| mend(&mended, &steps, kind, &example)) {
            Some(text) if text != mended => mended = text,
            _ => break,
        }
    }
    faults
}

/// The example in the type's description, or `null`.
fn example<T: PartialSchema>() -> Value {
    let schema = serde_json::to_value(T::schema()).unwrap_or_default();
    schema["examples"][0].clone()
}

/// One step on the way to a place in a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

/// `None` for a path that does not lead all the way.
fn steps(path: &Path) -> Option<Vec<Step>> {
    path.iter()
        .map(|segment| match segment {
            Segment::Map { key } => Some(Step::Member(key.clone())),
            Segment::Seq { index } => Some(Step::Element(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// The text without the fault, or `None` if there is no way to mend it.
fn mend(text: &str, steps: &[Step], kind: Kind, example: &Value) -> Option<String> {
    match kind {
        Kind::Missing(name) => {
            let whole = find(text, steps)?;
            let value = of_example(example, steps).and_then(|value| value.get(name))?;
            let member = format!("{}:{value}", Value::from(name));
            let rest = text[whole.start + 1..].trim_ascii_start();
            let comma = if rest.starts_with('}') { "" } else { "," };
            Some(format!("{}{member}{comma}{rest}", &text[..=whole.start]))
        }
        Kind::Unknown(name) => {
            let object = find(text, without_member(steps, name))?;
            keep(text, &object, |_, member| member != name)
        }
        Kind::Duplicate(name) => {
            let object = find(text, without_member(steps, name))?;
            let first = children(text, &object)?.iter().position(|child| child.name.as_deref() == Some(name));
            keep(text, &object, |number, member| member != name || Some(number) == first)
        }
        Kind::Member(name) => keep(text, &find(text, steps)?, |_, member| member != name),
        Kind::Value => {
            let last = steps.last()?;
            match (of_example(example, steps), last) {
                (Some(value), _) => {
                    let Range { start, end } = find(text, steps)?;
                    Some(format!("{}{value}{}", &text[..start], &text[end..]))
                }
                // What the example does not have is not required. If it does not have the object around the value either, that object
                // goes as a whole: other members in it may be required.
                (None, Step::Member(_)) => {
                    let known = (0..steps.len()).rev().find(|known| of_example(example, &steps[..*known]).is_some())?;
                    let Step::Member(name) = &steps[known] else { return None };
                    keep(text, &find(text, &steps[..known])?, |_, member| member != name)
                }
                (None, Step::Element(_)) => None,
            }
        }
    }
}

/// The way to the object that has the member: serde's path may end with the member's name or before it.
fn without_member<'a>(steps: &'a [Step], name: &str) -> &'a [Step] {
    match steps.split_last() {
        Some((Step::Member(last), way)) if last == name => way,
        _ => steps,
    }
}

/// The example's value at a place. All elements of an array are alike.
fn of_example<'a>(example: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(example, |value, step| match step {
        Step::Member(name) => value.get(name),
        Step::Element(_) => value.get(0),
    })
}

/// A member of an object, or an element of an array.
struct Child {
    name: Option<String>,
    /// Where it stands, with the name.
    whole: Range<usize>,
    value: Range<usize>,
}

/// Where the value at the end of the way stands in the text.
fn find(text: &str, steps: &[Step]) -> Option<Range<usize>> {
    let start = text.len() - text.trim_ascii_start().len();
    let root = start..end_of_value(text.as_bytes(), start)?;
    steps.iter().try_fold(root, |place, step| {
        let mut children = children(text, &place)?.into_iter();
        let child = match step {
            Step::Member(name) => children.find(|child| child.name.as_ref() == Some(name)),
            Step::Element(index) => children.nth(*index),
        };
        child.map(|child| child.value)
    })
}

/// The object with those of its members that are to be kept, by number and name.
fn keep(text: &str, object: &Range<usize>, is_kept: impl Fn(usize, &str) -> bool) -> Option<String> {
    let members = children(text, object)?;
    let kept: Vec<_> = members
        .iter()
        .enumerate()
        .filter(|(number, child)| is_kept(*number, child.name.as_deref().unwrap_or_default()))
        .map(|(_, child)| &text[child.whole.clone()])
        .collect();
    Some(format!("{}{{{}}}{}", &text[..object.start], kept.join(","), &text[object.end..]))
}

/// The members or elements of the object or array that stands at `place`. The text is JSON.
fn children(text: &str, place: &Range<usize>) -> Option<Vec<Child>> {
    let bytes = text.as_bytes();
    let is_object = match bytes.get(place.start)? {
        b'{' => true,
        b'[' => false,
        _ => return None,
    };
    let mut children = Vec::new();
    let mut at = after_space(bytes, place.start + 1);
    while at + 1 < place.end {
        let start = at;
        let mut name = None;
        if is_object {
            let end = end_of_value(bytes, at)?;
            name = Some(serde_json::from_str(text.get(at..end)?).ok()?);
            // After the name comes a colon.
            at = after_space(bytes, after_space(bytes, end) + 1);
        }
        let end = end_of_value(bytes, at)?;
        children.push(Child { name, whole: start..end, value: at..end });
        // After the value comes a comma or the end.
        at = after_space(bytes, after_space(bytes, end) + 1);
    }
    Some(children)
}

fn after_space(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count()
}

/// The end of the JSON value that begins at `start`.
fn end_of_value(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = end_of_string(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            _ => at += 1,
        }
        let is_over = bytes.get(at).is_none_or(|next| b",:]} \t\r\n".contains(next));
        let is_closed = matches!(bytes.get(at - 1)?, b'"' | b'}' | b']');
        if depth == 0 && (is_over || is_closed) {
            return Some(at);
        }
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{MAX_FAULTS, Step, all_faults, children, example, find};
    use crate::domain::{CustomerChange, NewApiKey, NewBusiness, NewCustomer, NewProduct, NewPurchase};

    /// Each fault as its pointer and its words.
    fn faults<T: serde::de::DeserializeOwned + utoipa::PartialSchema>(text: &str) -> Vec<(String, String)> {
        all_faults::<T>(text).into_iter().map(|fault| (fault.pointer, fault.detail)).collect()
    }

    fn pointers<T: serde::de::DeserializeOwned + utoipa::PartialSchema>(text: &str) -> Vec<String> {
        faults::<T>(text).into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn every_missing_member_is_named() {
        assert_eq!(pointers::<NewProduct>("{}"), ["/sku", "/name", "/price", "/stock"]);
        assert_eq!(pointers::<NewProduct>(" { \"stock\" : 1 } "), ["/sku", "/name", "/price"]);
        assert_eq!(pointers::<NewCustomer>("{\n}"), ["/name", "/credit_limit"]);
        assert_eq!(pointers::<NewPurchase>("{}"), ["/customer_id", "/items"]);
    }

    #[test]
    fn faults_of_every_kind_are_named_together() {
        let text =
            r#"{"name": "", "credit_limit": -1, "external_id": 5, "blocked": "no", "color": "red", "name": "twice"}"#;
        let expected = [
            ("/name", "must have 1 to 200 characters"),
            ("/credit_limit", "must be a whole number from 0 to 9007199254740991"),
            ("/external_id", "must be a string, not a whole number"),
            ("/blocked", "must be a boolean, not a string"),
            ("/color", "is not known"),
            ("/name", "must be given once"),
        ];
        let found = faults::<NewCustomer>(text);
        assert_eq!(found, expected.map(|(pointer, detail)| (pointer.to_owned(), detail.to_owned())));
    }

    #[test]
    fn a_member_that_does_not_fit_the_others_is_named() {
        let of = |pointer: &str, detail: &str| (pointer.to_owned(), detail.to_owned());
        assert_eq!(
            faults::<NewCustomer>(
                r#"{"payment_terms": {"type": "calendar", "then_days": 5, "months": 121, "day": 1}, "credit_limit": -1}"#
            ),
            [
                of("/payment_terms/months", "must be a whole number from 0 to 120"),
                of("/payment_terms/day", "is not known"),
                of("/payment_terms/then_days", "must be 0 unless end_of_month is true"),
                of("/credit_limit", "must be a whole number from 0 to 9007199254740991"),
                of("/name", "is required"),
            ]
        );
        assert_eq!(
            faults::<NewCustomer>(r#"{"name": "A", "credit_limit": 0, "payment_terms": {"type": "age", "months": 1}}"#),
            [of("/payment_terms/months", "is not known"), of("/payment_terms/days", "is required")]
        );
        let id = "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21";
        let due = |members: &str| {
            let line = format!(r#"{{"product_id": "{id}", "quantity": 1}}"#);
            faults::<NewPurchase>(&format!(r#"{{"customer_id": "{id}", "items": [{line}], {members}}}"#))
        };
        assert_eq!(
            due(
                r#""due_at": "2099-01-01T00:00:00Z", "due_date": "2099-01-01", "payment_terms": {"type": "age", "days": 1}"#
            ),
            [
                of("/due_date", "must not stand beside payment_terms"),
                of("/due_at", "must not stand beside payment_terms")
            ]
        );
        // What the example lacks as a whole has one fault.
        assert_eq!(
            due(r#""payment_terms": {"type": "age", "days": -1, "x": 1}"#),
            [of("/payment_terms/days", "must be a whole number from 0 to 3650")]
        );
        assert!(due(r#""payment_terms": {"type": "age", "days": 1}"#).is_empty());
    }

    #[test]
    fn every_line_of_a_purchase_has_its_own_faults() {
        let id = "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21";
        let text = format!(
            r#"{{"customer_id": "x", "items": [
                {{"product_id": "{id}", "quantity": 1}},
                {{"product_id": 7, "quantity": 0}},
                {{"quantity": 1e999}},
                [],
                {{"product_id": "\ud800", "quantity": 1.5, "price": 3}},
                {{}}
            ]}}"#
        );
        assert_eq!(
            pointers::<NewPurchase>(&text),
            [
                "/customer_id",
                "/items/1/product_id",
                "/items/1/quantity",
                "/items/2/quantity",
                "/items/2/product_id",
                "/items/3",
                "/items/4/product_id",
                "/items/4/quantity",
                "/items/4/price",
                "/items/5/product_id",
                "/items/5/quantity",
            ]
        );
    }

    #[test]
    fn an_array_of_the_wrong_length_is_named_after_its_elements() {
        let line = json!({"product_id": "x", "quantity": 1});
        let lines = |count: usize| json!({"customer_id": "x", "items": vec![line.clone(); count]}).to_string();
        assert_eq!(pointers::<NewPurchase>(&lines(0)), ["/customer_id", "/items"]);
        assert_eq!(
            pointers::<NewApiKey>(r#"{"scopes": ["read", "read", "read", "read", "x"], "expires_at": "soon"}"#),
            ["/scopes/4", "/scopes", "/expires_at", "/name"]
        );
    }

    #[test]
    fn the_number_of_faults_and_the_work_are_bounded() {
        let line = json!({"product_id": 1, "quantity": 0});
        let small = json!({"customer_id": 1, "items": vec![&line; 500]}).to_string();
        assert_eq!(faults::<NewPurchase>(&small).len(), MAX_FAULTS);
        let large = json!({"customer_id": 1, "items": vec![&line; 8_000]}).to_string();
        assert!((2..20).contains(&faults::<NewPurchase>(&large).len()));
    }

    #[test]
    fn the_whole_body_has_one_fault() {
        for text in ["[]", "null", "1", "\"\"", "[[]]", " true "] {
            assert_eq!(pointers::<NewCustomer>(text), [""], "{text}");
        }
    }

    #[test]
    fn a_change_may_be_empty_and_its_faults_are_all_named() {
        assert!(faults::<CustomerChange>("{}").is_empty());
        assert_eq!(
            pointers::<CustomerChange>(r#"{"name": null, "blocked": null, "balance": 1}"#),
            ["/name", "/blocked", "/balance"]
        );
    }

    #[test]
    fn the_example_of_every_body_mends_every_member() {
        fn check<T: serde::de::DeserializeOwned + utoipa::PartialSchema>() {
            let example = example::<T>();
            assert!(all_faults::<T>(&example.to_string()).is_empty(), "{example}");
            // Where an object is right, a list is wrong; elsewhere an object is.
            let wrong = |value: &Value| if value.is_object() { json!([]) } else { json!({"x": 1}) };
            let wrong: serde_json::Map<_, _> =
                example.as_object().unwrap().iter().map(|(name, value)| (name.clone(), wrong(value))).collect();
            let found = pointers::<T>(&Value::from(wrong.clone()).to_string());
            assert_eq!(found, wrong.keys().map(|name| format!("/{name}")).collect::<Vec<_>>());
        }
        check::<NewBusiness>();
        check::<NewApiKey>();
        check::<NewCustomer>();
        check::<CustomerChange>();
        check::<NewProduct>();
        check::<crate::domain::ProductChange>();
        check::<crate::domain::NewStockMovement>();
        check::<crate::domain::NewPayment>();
        check::<NewPurchase>();
    }

    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
            r#"["\\{}\[\],: ]{0,6}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((".{0,4}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// What is found in the text is what a parser finds there.
        #[test]
        fn children_are_found_as_they_stand(value in anything(), pretty in any::<bool>()) {
            let text = if pretty { format!(" {value:#}\n") } else { value.to_string() };
            let root = find(&text, &[]).unwrap();
            prop_assert_eq!(&text[root.clone()], text.trim());
            match &value {
                Value::Object(members) => {
                    prop_assert_eq!(children(&text, &root).unwrap().len(), members.len());
                    for (name, member) in members {
                        let place = find(&text, &[Step::Member(name.clone())]).unwrap();
                        prop_assert_eq!(&serde_json::from_str::<Value>(&text[place]).unwrap(), member);
                    }
                }
                Value::Array(elements) => {
                    prop_assert_eq!(children(&text, &root).unwrap().len(), elements.len());
                    for (index, element) in elements.iter().enumerate() {
                        let place = find(&text, &[Step::Element(index)]).unwrap();
                        prop_assert_eq!(&serde_json::from_str::<Value>(&text[place]).unwrap(), element);
                    }
                }
                _ => prop_assert!(children(&text, &root).is_none()),
            }
        }

        /// Any JSON in the place of a member is one fault, whatever stands around it; and nothing panics.
        #[test]
        fn any_json_has_faults_or_is_good(value in anything()) {
            let text = value.to_string();
            let found = all_faults::<NewCustomer>(&text);
            prop_assert_eq!(found.is_empty(), serde_json::from_str::<NewCustomer>(&text).is_ok() && value.is_object());
        }
    }
}

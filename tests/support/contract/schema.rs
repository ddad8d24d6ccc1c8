//! The part of JSON Schema that the description uses. An unknown keyword fails, so none goes unchecked.

use chrono::{DateTime, NaiveDate};
use regex::Regex;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The direction of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the server.
    Request,
    /// From the server, which may send described members only.
    Answer,
}

/// What is wrong with a value, and where.
pub fn faults(document: &Value, schema: &Value, value: &Value, direction: Direction) -> Vec<String> {
    let mut check = Check { document, direction, faults: Vec::new() };
    check.value(schema, value, "");
    check.faults
}

struct Check<'a> {
    document: &'a Value,
    direction: Direction,
    faults: Vec<String>,
}

impl Check<'_> {
    fn refuse(&mut self, at: &str, why: impl std::fmt::Display) {
        self.faults.push(format!("{at}: {why}"));
    }

    fn value(&mut self, schema: &Value, value: &Value, at: &str) {
        for (keyword, rule) in schema.as_object().unwrap() {
            self.keyword(keyword, rule, value, at);
        }
        if let Value::Object(members) = value
            && let Some(properties) = schema.get("properties")
        {
            self.members(schema, properties, members, at);
        }
    }

    fn keyword(&mut self, keyword: &str, rule: &Value, value: &Value, at: &str) {
        let fits = match keyword {
            "$ref" => {
                let target = rule.as_str().unwrap().strip_prefix('#').unwrap();
                let schema = self.document.pointer(target).unwrap_or_else(|| panic!("{rule} leads nowhere")).clone();
                self.value(&schema, value, at);
                true
            }
            "type" => match rule {
                Value::Array(types) => types.iter().any(|name| is_of_type(name, value)),
                name => is_of_type(name, value),
            },
            "oneOf" => self.fits_one_of(rule, value),
            "allOf" => {
                self.value(&self.all_in_one(rule), value, at);
                true
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.value(rule, item, &format!("{at}/{index}"));
                }
                true
            }
            "enum" => rule.as_array().unwrap().contains(value),
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= number(rule)),
            "maxLength" => value.as_str().is_none_or(|text| text.chars().count() <= number(rule)),
            "minItems" => value.as_array().is_none_or(|items| items.len() >= number(rule)),
            "maxItems" => value.as_array().is_none_or(|items| items.len() <= number(rule)),
            "format" => value.as_str().is_none_or(|text| is_of_format(rule, text)),
            "pattern" => value.as_str().is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text)),
            // The first three are checked with the members; the others do not restrict the value.
            "properties" | "required" | "additionalProperties" | "description" | "example" | "examples" | "default" => {
                true
            }
            other => panic!("the keyword {other} is new: teach it to this check"),
        };
        if !fits {
            self.refuse(at, format_args!("{value} is not of {keyword} {rule}"));
        }
    }

    fn fits_one_of(&self, alternatives: &Value, value: &Value) -> bool {
        let alternatives = alternatives.as_array().unwrap().iter();
        alternatives.filter(|schema| faults(self.document, schema, value, self.direction).is_empty()).count() == 1
    }

    /// The one object that several schemas describe, each a part of its members.
    fn all_in_one(&self, parts: &Value) -> Value {
        let mut whole = json!({"type": "object", "required": [], "properties": {}});
        for part in parts.as_array().unwrap() {
            let part = match part.get("$ref").and_then(Value::as_str) {
                Some(target) => self.document.pointer(target.strip_prefix('#').unwrap()).unwrap(),
                None => part,
            };
            for name in part.as_object().unwrap().keys() {
                let known = ["type", "required", "properties", "description", "example", "examples"];
                assert!(known.contains(&name.as_str()), "the keyword {name} in a part is new: teach it to this check");
            }
            let required = part["required"].as_array().into_iter().flatten().cloned();
            whole["required"].as_array_mut().unwrap().extend(required);
            let properties = part["properties"].as_object().unwrap().clone();
            whole["properties"].as_object_mut().unwrap().extend(properties);
        }
        whole
    }

    fn members(&mut self, schema: &Value, properties: &Value, members: &Map<String, Value>, at: &str) {
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if !members.contains_key(name.as_str().unwrap()) {
                self.refuse(at, format_args!("{name} is missing"));
            }
        }
        let closed = self.direction == Direction::Answer || schema.get("additionalProperties") == Some(&false.into());
        for (name, value) in members {
            match properties.get(name) {
                Some(property) => self.value(property, value, &format!("{at}/{name}")),
                None if closed => self.refuse(at, format_args!("{name} is not described")),
                None => {}
            }
        }
    }
}

fn number(rule: &Value) -> usize {
    usize::try_from(rule.as_u64().unwrap()).unwrap()
}

fn is_of_type(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other} is new: teach it to this check"),
    }
}

fn is_of_format(format: &Value, text: &str) -> bool {
    match format.as_str().unwrap() {
        "uuid" => Uuid::try_parse(text).is_ok(),
        "date-time" => DateTime::parse_from_rfc3339(text).is_ok(),
        "date" => text.len() == 10 && text.parse::<NaiveDate>().is_ok(),
        // These restrict numbers. A text is refused by its type.
        "int32" | "int64" => true,
        other => panic!("the format {other} is new: teach it to this check"),
    }
}

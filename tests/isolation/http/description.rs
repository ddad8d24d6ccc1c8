//! What the OpenAPI document says of each operation, as far as isolation is concerned.

use std::collections::BTreeSet;

use serde_json::Value;
use tallystick::http::router;

/// Query parameters that contain no id.
const NOT_AN_ID: [&str; 6] = ["limit", "include", "as_of", "from", "to", "format"];
/// The idempotency key's header.
const KEY_HEADER: &str = "Idempotency-Key";
/// The header of a change that names a version; tests/http/versions.rs tries those of another business's record.
const VERSION_HEADER: &str = "If-Match";

/// One method of one route.
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    document: Value,
    description: Value,
}

/// Every operation in the server's own description.
pub fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(router::document()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, description) in methods.as_object().unwrap() {
            let id = description["operationId"].as_str().unwrap().to_owned();
            let (method, path) = (method.to_uppercase(), path.clone());
            let (document, description) = (document.clone(), description.clone());
            operations.push(Operation { id, method, path, document, description });
        }
    }
    assert!(operations.len() >= 22);
    operations
}

impl Operation {
    fn parameters(&self, location: &str) -> Vec<&str> {
        let all = self.description["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|one| one["in"] == location).map(|one| one["name"].as_str().unwrap()).collect()
    }

    /// Whether it accepts a business's credentials.
    pub fn is_tenants(&self) -> bool {
        self.description["security"].as_array().unwrap().iter().any(|scheme| scheme.get("business").is_some())
    }

    /// Whether it answers with pages.
    pub fn is_list(&self) -> bool {
        self.parameters("query").contains(&"cursor")
    }

    /// Whether it moves money or stock: then it needs an idempotency key.
    pub fn takes_a_key(&self) -> bool {
        self.key_is_required() == Some(true)
    }

    /// Whether it creates something: then it takes an idempotency key if there is one.
    pub fn may_take_a_key(&self) -> bool {
        self.key_is_required() == Some(false)
    }

    fn key_is_required(&self) -> Option<bool> {
        let all = self.description["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().find(|one| one["name"] == KEY_HEADER).map(|one| one["required"] == true)
    }

    /// Adds the pointer to every UUID in a schema.
    fn uuids(&self, schema: &Value, pointer: &str, found: &mut BTreeSet<String>) {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.document.pointer(reference.trim_start_matches('#')).unwrap();
            self.uuids(target, pointer, found);
        }
        if schema["format"] == "uuid" {
            found.insert(format!("body:{pointer}"));
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.uuids(property, &format!("{pointer}/{name}"), found);
        }
        if schema["items"].is_object() {
            self.uuids(&schema["items"], &format!("{pointer}/*"), found);
        }
        for combined in ["oneOf", "anyOf", "allOf"] {
            for part in schema[combined].as_array().into_iter().flatten() {
                self.uuids(part, pointer, found);
            }
        }
    }
}

/// Every place where an operation takes an id, with the operation's name.
pub fn places(operation: &Operation) -> Vec<(String, String)> {
    let mut places = BTreeSet::new();
    places.extend(operation.parameters("path").into_iter().map(|name| format!("path:{name}")));
    let query = operation.parameters("query").into_iter().filter(|name| !NOT_AN_ID.contains(name));
    places.extend(query.map(|name| format!("query:{name}")));
    let headers =
        operation.parameters("header").into_iter().filter(|name| ![KEY_HEADER, VERSION_HEADER].contains(name));
    places.extend(headers.map(|name| format!("header:{name}")));
    operation.uuids(&operation.description["requestBody"]["content"]["application/json"]["schema"], "", &mut places);
    places.into_iter().map(|place| (operation.id.clone(), place)).collect()
}

//! One random probe: a request with another business's ids somewhere in it, and its twin with unknown ids.

use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{
    cases::{CASES, cursor},
    world::{Ids, IsolationWorld, Sender},
};

/// Every list of a business, and the filter that it has.
const LISTS: [(&str, Option<&str>); 7] = [
    ("/v1/orders", Some("customer_id")),
    ("/v1/customers", Some("external_id")),
    ("/v1/products", Some("sku")),
    ("/v1/overdue-customers", None),
    ("/v1/aging", None),
    ("/v1/customers/{customer_id}/ledger", None),
    ("/v1/customers/{customer_id}/open-charges", None),
];

/// A request as data, to be sent twice: with the other business's ids and with unknown ids.
#[derive(Debug, Clone)]
pub enum Probe {
    /// A case of [`CASES`], with its ids written in some way.
    IsolationCase { number: usize, form: Form },
    /// A purchase of some lines; `true` means the other business's product.
    Purchase { customer: bool, products: Vec<bool>, quantity: i64, form: Form },
    /// A page of a list, from a cursor with the other business's id of any kind.
    List { list: usize, place: usize, limit: u16, filtered: bool },
}

/// How an id is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Hyphenated,
    Capitals,
    Simple,
    Braced,
    Urn,
    Spaced,
}

/// The credential that a probe is sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// The probe's own credential.
    Usual,
    /// A key of ours that may only read.
    Reader,
    /// A token of ours that names the other business in claims that do not count.
    Token,
}

impl Form {
    const ALL: [Self; 6] = [Self::Hyphenated, Self::Capitals, Self::Simple, Self::Braced, Self::Urn, Self::Spaced];

    fn write(self, id: &str) -> String {
        match self {
            Self::Hyphenated => id.to_owned(),
            Self::Capitals => id.to_uppercase(),
            Self::Simple => id.replace('-', ""),
            Self::Braced => format!("%7B{id}%7D"),
            Self::Urn => format!("urn:uuid:{id}"),
            Self::Spaced => format!("{id}%20"),
        }
    }

    /// The same in a body, without escaping.
    fn write_json(self, id: &str) -> Value {
        json!(self.write(id).replace("%7B", "{").replace("%7D", "}").replace("%20", " "))
    }
}

impl Ids {
    fn written(&self, form: Form) -> Self {
        // A cursor and a body hold what is written there; only paths and queries are escaped.
        Self {
            business: form.write(&self.business),
            customer: form.write(&self.customer),
            product: form.write(&self.product),
            order: form.write(&self.order),
            adjustment: form.write(&self.adjustment),
            refund: form.write(&self.refund),
            payment: form.write(&self.payment),
            credit: form.write(&self.credit),
            api_key: form.write(&self.api_key),
            ..self.clone()
        }
    }
}

impl Probe {
    pub fn random(rng: &mut StdRng) -> Self {
        let form = if rng.random_ratio(1, 2) { Form::Hyphenated } else { *Form::ALL.choose(rng).unwrap() };
        match rng.random_range(0..4) {
            0 | 1 => Self::IsolationCase { number: rng.random_range(0..CASES.len()), form },
            2 => {
                let mut products: Vec<bool> = (0..rng.random_range(1..6)).map(|_| rng.random()).collect();
                let customer: bool = rng.random();
                // At least one product is the other business's; otherwise the purchase would succeed.
                if !customer && !products.contains(&true) {
                    products[0] = true;
                }
                let quantity = *[1, 2, 1_000_000, i64::from(i32::MAX)].choose(rng).unwrap();
                Self::Purchase { customer, products, quantity, form }
            }
            _ => Self::List {
                list: rng.random_range(0..LISTS.len()),
                place: rng.random_range(0..5),
                limit: *[1, 2, 50, 200].choose(rng).unwrap(),
                filtered: rng.random(),
            },
        }
    }

    /// What the figures are reported under.
    pub fn name(&self) -> String {
        match self {
            Self::IsolationCase { number, .. } => format!("{} {}", CASES[*number].operation, CASES[*number].place),
            Self::Purchase { customer: true, .. } => "purchase by another's customer".to_owned(),
            Self::Purchase { .. } => "purchase of another's products".to_owned(),
            Self::List { list, filtered, .. } => {
                format!("{}{}", LISTS[*list].0, if *filtered { ", filtered" } else { "" })
            }
        }
    }

    /// The request, with `ids` in the places of the probe.
    pub fn request(&self, world: &IsolationWorld, ids: &Ids) -> RequestBuilder {
        match self {
            Self::IsolationCase { number, form } => (CASES[*number].request)(world, &ids.written(*form)),
            Self::Purchase { customer, products, quantity, form } => {
                let pick = |theirs: bool, other: &str, own: &str| {
                    if theirs { form.write_json(other) } else { json!(own) }
                };
                let line = |theirs: &bool| json!({"product_id": pick(*theirs, &ids.product, &world.ours.product), "quantity": quantity});
                let items: Vec<_> = products.iter().map(line).collect();
                let body = json!({"customer_id": pick(*customer, &ids.customer, &world.ours.customer), "items": items});
                world.request(Sender::Us, Method::POST, "/v1/purchases").header("idempotency-key", &ids.key).json(&body)
            }
            Self::List { list, place, limit, filtered } => {
                let (path, filter) = LISTS[*list];
                let places = [&ids.customer, &ids.product, &ids.order, &ids.api_key, &ids.business];
                let place = if path.contains('{') { cursor(&ids.ledger_entry_no) } else { cursor(places[*place]) };
                let mut path = format!("{path}?limit={limit}&cursor={place}").replace("{customer_id}", &ids.customer);
                if let (true, Some(filter)) = (*filtered, filter) {
                    let value = match filter {
                        "customer_id" => &ids.customer,
                        "external_id" => &ids.external_id,
                        _ => &ids.sku,
                    };
                    path = format!("{path}&{filter}={value}");
                }
                world.request(Sender::Us, Method::GET, &path)
            }
        }
    }
}

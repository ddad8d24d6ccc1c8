//! Plays [`Action`]s over HTTP and reads the answers back as [`Outcome`]s.

use std::{collections::HashMap, sync::Mutex};

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    actions::{Action, Adjustment, Entry, Named, Outcome, Refusal, ReturnedLine},
    model::ModelState,
};
use crate::support::{
    client::{Answer, send},
    shop::Shop,
};

/// The real customers and products of a business that stand for the numbered ones.
pub struct Cast {
    shop: Shop,
    customers: Vec<String>,
    products: Vec<String>,
    /// Begins the keys, so that several casts can share a business.
    name: String,
    /// The records that requests made, by their keys.
    records: Mutex<HashMap<u32, String>>,
}

/// What came of an action.
pub struct Played {
    pub outcome: Outcome,
    /// The record that it made, if it made one: its id and when it was made.
    pub record: Option<(String, DateTime<Utc>)>,
}

impl Cast {
    /// Creates the customers and products of `world`.
    pub async fn of(shop: &Shop, world: &ModelState) -> Self {
        let mut cast = Self {
            shop: shop.clone(),
            customers: Vec::new(),
            products: Vec::new(),
            name: Uuid::now_v7().to_string(),
            records: Mutex::default(),
        };
        for customer in &world.customers {
            cast.customers.push(shop.customer(customer.credit_limit).await);
        }
        for product in &world.products {
            cast.products.push(shop.product(product.price, product.stock).await);
        }
        cast
    }

    /// The business that they belong to.
    pub fn shop(&self) -> &Shop {
        &self.shop
    }

    fn customer(&self, number: usize) -> String {
        self.customers.get(number).cloned().unwrap_or_else(|| Uuid::now_v7().to_string())
    }

    fn product(&self, number: usize) -> String {
        self.products.get(number).cloned().unwrap_or_else(|| Uuid::now_v7().to_string())
    }

    /// The record that the request with this key made.
    fn record(&self, key: u32) -> String {
        self.records.lock().unwrap().get(&key).cloned().unwrap_or_else(|| Uuid::now_v7().to_string())
    }

    /// The key of the request that made this record.
    fn key_of(&self, record: &Value) -> u32 {
        let records = self.records.lock().unwrap();
        *records.iter().find(|(_, id)| *record == **id).unwrap_or_else(|| panic!("nobody made {record}")).0
    }

    /// Plays `action` through `shop`, which is the cast's business at one server or another.
    pub async fn play(&self, shop: &Shop, action: &Action) -> Played {
        let answer = self.send(shop, action).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{action:?}: {answer:?}"));
        let outcome = match (action, answer.status) {
            (Action::Buy { customer, lines, .. }, 201) => self.bought(*customer, lines, &body),
            (Action::Pay { customer, amount, .. }, 201) => {
                assert_eq!(body["customer_id"], self.customers[*customer], "{body}");
                assert_eq!((int(&body["amount"]), body["kind"].as_str()), (-amount, Some("payment")), "{body}");
                let entry_no = usize::try_from(int(&body["entry_no"])).unwrap();
                let (balance_before, balance_after) = (int(&body["balance_before"]), int(&body["balance_after"]));
                Outcome::Paid { entry_no, balance_before, balance_after }
            }
            (
                Action::Settle { customer, .. }
                | Action::Adjust { customer, .. }
                | Action::Refund { customer, .. }
                | Action::Reverse { customer, .. }
                | Action::Allocate { customer, .. },
                201,
            ) => {
                assert_eq!(body["customer_id"], self.customers[*customer], "{body}");
                Outcome::Recorded {
                    entry_no: usize::try_from(int(&body["entry_no"])).unwrap(),
                    amount: int(&body["amount"]),
                    balance_after: int(&body["balance_after"]),
                    named: self.named(&body["allocations"], "amount"),
                }
            }
            (Action::Return { customer, order, lines, .. }, 201) => {
                assert_eq!(body["customer_id"], self.customers[*customer], "{body}");
                self.returned(*order, lines, &body)
            }
            (Action::SeeOpenCharges { .. }, 200) => {
                assert!(body["next_cursor"].is_null(), "{body}");
                Outcome::OpenCharges(self.named(&body["data"], "open_amount"))
            }
            (Action::MoveStock { product, quantity, .. }, 201) => {
                assert_eq!(body["product_id"], self.products[*product], "{body}");
                assert_eq!(int(&body["quantity"]), *quantity, "{body}");
                Outcome::Moved {
                    stock_after: int(&body["stock_after"]),
                    backordered_after: int(&body["backordered_after"]),
                }
            }
            (Action::SetLimit { .. } | Action::SetBlocked { .. } | Action::SeeCustomer { .. }, 200) => {
                Outcome::Customer {
                    credit_limit: int(&body["credit_limit"]),
                    blocked: body["blocked"].as_bool().unwrap(),
                    balance: int(&body["balance"]),
                    available_credit: int(&body["available_credit"]),
                }
            }
            (Action::SetPrice { .. } | Action::SetBackorderLimit { .. } | Action::SeeProduct { .. }, 200) => {
                Outcome::Product {
                    price: int(&body["price"]),
                    stock: int(&body["stock"]),
                    backordered: int(&body["backordered"]),
                    backorder_limit: int(&body["backorder_limit"]),
                }
            }
            (_, status) => {
                Outcome::Refused(self.refusal(&answer.expect_problem(status, body["code"].as_str().unwrap())))
            }
        };
        if answer.is_replay() {
            return Played { outcome: Outcome::Replayed(Box::new(outcome)), record: None };
        }
        let record = outcome.is_movement().then(|| {
            if let Some(key) = action.money_key() {
                self.records.lock().unwrap().insert(key, body["id"].as_str().unwrap().to_owned());
            }
            let created_at = body["created_at"].as_str().unwrap().parse().unwrap();
            (body["id"].as_str().unwrap().to_owned(), created_at)
        });
        Played { outcome, record }
    }

    async fn send(&self, shop: &Shop, action: &Action) -> Answer {
        let (method, path, key, body) = match action {
            Action::Buy { key, customer, lines } => {
                let item =
                    |(product, quantity): &_| json!({"product_id": self.product(*product), "quantity": quantity});
                let items: Vec<_> = lines.iter().map(item).collect();
                let body = json!({"customer_id": self.customer(*customer), "items": items});
                (Method::POST, "/v1/purchases".to_owned(), Some(key), body)
            }
            Action::Pay { key, customer, amount } => {
                let body = json!({"customer_id": self.customer(*customer), "amount": amount});
                (Method::POST, "/v1/payments".to_owned(), Some(key), body)
            }
            Action::Settle { key, customer, amount, named } => {
                let body = json!({
                    "customer_id": self.customer(*customer), "amount": amount, "allocations": self.allocations(named)
                });
                (Method::POST, "/v1/payments".to_owned(), Some(key), body)
            }
            Action::Adjust { key, customer, kind, amount, named } => {
                let kind = match kind {
                    Adjustment::Fee => "fee",
                    Adjustment::Credit => "credit",
                    Adjustment::WriteOff => "write_off",
                };
                let mut body = json!({
                    "customer_id": self.customer(*customer), "type": kind, "amount": amount, "reason": "test"
                });
                if !named.is_empty() {
                    body["allocations"] = self.allocations(named);
                }
                (Method::POST, "/v1/adjustments".to_owned(), Some(key), body)
            }
            Action::Refund { key, customer, amount } => {
                let body = json!({"customer_id": self.customer(*customer), "amount": amount, "reason": "test"});
                (Method::POST, "/v1/refunds".to_owned(), Some(key), body)
            }
            Action::Reverse { key, reversed, is_payment, .. } => {
                let resource = if *is_payment { "payments" } else { "adjustments" };
                let path = format!("/v1/{resource}/{}/reversal", self.record(*reversed));
                (Method::POST, path, Some(key), json!({"reason": "test"}))
            }
            Action::Allocate { key, customer, named } => {
                let body = json!({"customer_id": self.customer(*customer), "allocations": self.allocations(named)});
                (Method::POST, "/v1/allocations".to_owned(), Some(key), body)
            }
            Action::Return { key, order, lines, .. } => {
                let item = |line: &ReturnedLine| json!({"line_no": line.line_no, "quantity": line.quantity, "restock_quantity": line.restocked});
                let items: Vec<_> = lines.iter().map(item).collect();
                let body = json!({"order_id": self.record(*order), "items": items, "reason": "test"});
                (Method::POST, "/v1/returns".to_owned(), Some(key), body)
            }
            Action::SeeOpenCharges { customer } => {
                let path = format!("{}/open-charges?limit=200", self.customer_path(*customer));
                (Method::GET, path, None, Value::Null)
            }
            Action::MoveStock { key, product, quantity } => {
                let path = format!("/v1/products/{}/stock-movements", self.product(*product));
                (Method::POST, path, Some(key), json!({"quantity": quantity, "reason": "test"}))
            }
            Action::SetLimit { customer, credit_limit } => {
                (Method::PATCH, self.customer_path(*customer), None, json!({"credit_limit": credit_limit}))
            }
            Action::SetBlocked { customer, blocked } => {
                (Method::PATCH, self.customer_path(*customer), None, json!({"blocked": blocked}))
            }
            Action::SetPrice { product, price } => {
                (Method::PATCH, self.product_path(*product), None, json!({"price": price}))
            }
            Action::SetBackorderLimit { product, limit } => {
                (Method::PATCH, self.product_path(*product), None, json!({"backorder_limit": limit}))
            }
            Action::SeeCustomer { customer } => (Method::GET, self.customer_path(*customer), None, Value::Null),
            Action::SeeProduct { product } => (Method::GET, self.product_path(*product), None, Value::Null),
        };
        let mut request = shop.client.request(method, &path);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", format!("{}-{key}", self.name));
        }
        send(if body.is_null() { request } else { request.json(&body) }).await
    }

    fn customer_path(&self, number: usize) -> String {
        format!("/v1/customers/{}", self.customer(number))
    }

    fn product_path(&self, number: usize) -> String {
        format!("/v1/products/{}", self.product(number))
    }

    /// An order repeats the request, line by line, and adds up.
    fn bought(&self, customer: usize, lines: &[(usize, i64)], order: &Value) -> Outcome {
        assert_eq!(order["customer_id"], self.customers[customer], "{order}");
        let items = order["items"].as_array().unwrap();
        assert_eq!(items.len(), lines.len(), "{order}");
        let mut total = 0;
        for (item, (product, quantity)) in items.iter().zip(lines) {
            assert_eq!(item["product_id"], self.products[*product], "{order}");
            assert_eq!(int(&item["quantity"]), *quantity, "{order}");
            assert_eq!(int(&item["line_total"]), quantity * int(&item["unit_price"]), "{order}");
            total += int(&item["line_total"]);
        }
        assert_eq!(int(&order["total"]), total, "{order}");
        let unit_prices = items.iter().map(|item| int(&item["unit_price"])).collect();
        Outcome::Bought { total, balance_after: int(&order["balance_after"]), unit_prices }
    }

    fn allocations(&self, named: &[(u32, i64)]) -> Value {
        named.iter().map(|(key, amount)| json!({"charge_id": self.record(*key), "amount": amount})).collect()
    }

    /// Charges and a figure of each.
    fn named(&self, charges: &Value, figure: &str) -> Named {
        let charges = charges.as_array().unwrap().iter();
        charges.map(|charge| (self.key_of(&charge["charge_id"]), int(&charge[figure]))).collect()
    }

    /// A return repeats the request, line by line, and adds up.
    fn returned(&self, order: u32, lines: &[ReturnedLine], body: &Value) -> Outcome {
        assert_eq!(body["order_id"], self.record(order), "{body}");
        let items = body["items"].as_array().unwrap();
        assert_eq!(items.len(), lines.len(), "{body}");
        for (item, line) in items.iter().zip(lines) {
            assert_eq!(item["product_id"], self.products[line.product], "{body}");
            let figures = ["line_no", "quantity", "restock_quantity"].map(|name| int(&item[name]));
            assert_eq!(figures, [i64::try_from(line.line_no).unwrap(), line.quantity, line.restocked], "{body}");
        }
        let line_totals: Vec<_> = items.iter().map(|item| int(&item["line_total"])).collect();
        assert_eq!(int(&body["total"]), line_totals.iter().sum::<i64>(), "{body}");
        let allocated = self.named(&body["allocations"], "amount");
        assert!(allocated.iter().all(|(key, _)| *key == order), "{body}");
        Outcome::Returned {
            total: int(&body["total"]),
            balance_after: int(&body["balance_after"]),
            allocated: allocated.iter().map(|(_, amount)| amount).sum(),
            line_totals,
        }
    }

    fn refusal(&self, problem: &Value) -> Refusal {
        let pointers = || {
            let errors = problem["errors"].as_array().map_or([].as_slice(), Vec::as_slice);
            errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        match problem["code"].as_str().unwrap() {
            "idempotency_key_reused" => Refusal::KeyReused,
            "customer_not_found" => Refusal::CustomerNotFound,
            "customer_blocked" => Refusal::CustomerBlocked,
            "product_not_found" => Refusal::ProductNotFound(pointers()),
            "insufficient_stock" => Refusal::InsufficientStock(self.shortages(problem)),
            "backorder_limit_too_low" => Refusal::BackorderLimitTooLow(int(&problem["backordered"])),
            "credit_limit_exceeded" => Refusal::CreditLimitExceeded {
                credit_limit: int(&problem["credit_limit"]),
                balance: int(&problem["balance"]),
                required: int(&problem["required"]),
            },
            "order_not_found" => Refusal::OrderNotFound,
            "payment_not_found" | "adjustment_not_found" => Refusal::NotFound,
            "already_reversed" => Refusal::AlreadyReversed,
            "charge_not_found" => Refusal::ChargeNotFound(pointers()),
            "charge_open_amount_exceeded" => Refusal::ChargeOpenAmountExceeded(self.excesses(problem)),
            "allocated_amount_exceeded" => Refusal::AllocatedAmountExceeded(self.excesses(problem)),
            "unapplied_credit_exceeded" => Refusal::UnappliedCreditExceeded(requested(problem), available(problem)),
            "credit_balance_exceeded" => Refusal::CreditBalanceExceeded(requested(problem), available(problem)),
            "balance_exceeded" => Refusal::BalanceExceeded(requested(problem), available(problem)),
            "quantity_exceeds_returnable" => {
                let line =
                    |line: &Value| (usize::try_from(int(&line["line_no"])).unwrap(), requested(line), available(line));
                let mut lines: Vec<_> = problem["lines"].as_array().unwrap().iter().map(line).collect();
                lines.sort_unstable();
                Refusal::QuantityExceedsReturnable(lines)
            }
            "invalid_request" => Refusal::TooLarge(pointers().concat()),
            code => panic!("nobody should be told {code}: {problem}"),
        }
    }

    fn excesses(&self, problem: &Value) -> Vec<(u32, i64, i64)> {
        let figures = |charge: &Value| (self.key_of(&charge["charge_id"]), requested(charge), available(charge));
        let mut charges: Vec<_> = problem["charges"].as_array().unwrap().iter().map(figures).collect();
        charges.sort_unstable();
        charges
    }

    fn shortages(&self, problem: &Value) -> Vec<(usize, i64, i64)> {
        let figures = |shortage: &Value| {
            let number = self.products.iter().position(|id| shortage["product_id"] == **id).unwrap();
            (number, int(&shortage["requested"]), int(&shortage["available"]))
        };
        let mut shortages: Vec<_> = problem["shortages"].as_array().unwrap().iter().map(figures).collect();
        shortages.sort_unstable();
        shortages
    }

    /// The ledger of a customer, oldest first, each entry with its id.
    pub async fn ledger(&self, number: usize) -> Vec<(String, Entry)> {
        let mut entries = Vec::new();
        let mut cursor = Some(String::new());
        while let Some(after) = cursor {
            let path = format!("/v1/customers/{}/ledger?limit=200{after}", self.customers[number]);
            let page = self.shop.client.get(&path).await.expect(200);
            entries.extend(page["data"].as_array().unwrap().iter().map(|entry| {
                let entry_of = Entry {
                    amount: int(&entry["amount"]),
                    balance_before: int(&entry["balance_before"]),
                    balance_after: int(&entry["balance_after"]),
                    credit_limit: entry["credit_limit"].as_i64(),
                };
                (entry["id"].as_str().unwrap().to_owned(), entry_of)
            }));
            cursor = page["next_cursor"].as_str().map(|cursor| format!("&cursor={cursor}"));
        }
        entries.reverse();
        entries
    }

    /// Sees to it that the database holds what `world` holds: every ledger entry by entry, every figure.
    pub async fn expect_world(&self, world: &ModelState) {
        let mut world = world.clone();
        for number in 0..world.customers.len() {
            let entries: Vec<_> = self.ledger(number).await.into_iter().map(|(_, entry)| entry).collect();
            assert_eq!(entries, world.customers[number].ledger, "the ledger of customer {number}");
        }
        for see in world.everything() {
            assert_eq!(self.play(&self.shop, &see).await.outcome, world.apply(&see), "{see:?}");
        }
    }
}

#[track_caller]
fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("not a whole number: {value}"))
}

#[track_caller]
fn requested(figures: &Value) -> i64 {
    int(&figures["requested"])
}

#[track_caller]
fn available(figures: &Value) -> i64 {
    int(&figures["available"])
}

//! From an action to a request, and from a reply to an answer.

use hyper::Method;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::connection::{Call, Reply};
use crate::history::{Action, Answer, Entry, Line, Movement, Order, Shortage};

/// The request for an action.
pub fn call(action: &Action, token: &str) -> Call {
    let get = |path: String| (Method::GET, path, None, None);
    let (method, path, key, body) = match action {
        Action::Purchase { key, customer, items } => {
            let items: Vec<_> =
                items.iter().map(|item| json!({"product_id": item.product, "quantity": item.quantity})).collect();
            let body = json!({"customer_id": customer, "items": items});
            (Method::POST, "/v1/purchases".to_owned(), Some(*key), Some(body))
        }
        Action::Payment { key, customer, amount } => {
            let body = json!({"customer_id": customer, "amount": amount});
            (Method::POST, "/v1/payments".to_owned(), Some(*key), Some(body))
        }
        Action::Restock { key, product, quantity } => {
            let body = json!({"quantity": quantity, "reason": "torture"});
            (Method::POST, format!("/v1/products/{product}/stock-movements"), Some(*key), Some(body))
        }
        Action::ChangeLimit { customer, credit_limit } => {
            let body = json!({"credit_limit": credit_limit});
            (Method::PATCH, format!("/v1/customers/{customer}"), None, Some(body))
        }
        Action::ChangePrice { product, price } => {
            (Method::PATCH, format!("/v1/products/{product}"), None, Some(json!({"price": price})))
        }
        Action::ReadCustomer { customer } => get(format!("/v1/customers/{customer}")),
        Action::ReadProduct { product } => get(format!("/v1/products/{product}")),
        Action::ReadOrder { order } => get(format!("/v1/orders/{order}")),
        Action::ReadLedger { customer } => get(format!("/v1/customers/{customer}/ledger?limit=20")),
        Action::ReadOrders => get("/v1/orders?limit=20".to_owned()),
    };
    Call {
        method,
        path,
        token: token.to_owned(),
        key: key.map(crate::history::Key::text),
        body: body.map(|body| body.to_string()),
    }
}

/// What a reply says.
pub fn answer(action: &Action, reply: &Reply) -> Answer {
    let understood = match reply.status.as_u16() {
        200 | 201 => understand(action, reply),
        404 => Ok(Answer::NotFound),
        409 | 422 => refusal(reply),
        503 => return Answer::Unknown,
        _ => Err(()),
    };
    understood.unwrap_or_else(|()| Answer::Unexpected {
        status: reply.status.as_u16(),
        text: String::from_utf8_lossy(&reply.body).chars().take(500).collect(),
    })
}

fn understand(action: &Action, reply: &Reply) -> Result<Answer, ()> {
    let replayed = reply.replayed;
    Ok(match action {
        Action::Purchase { .. } => Answer::Purchased { order: parse::<OrderBody>(reply)?.try_into()?, replayed },
        Action::Payment { .. } => Answer::Paid { entry: parse::<EntryBody>(reply)?.try_into()?, replayed },
        Action::Restock { .. } => Answer::Restocked { movement: parse::<MovementBody>(reply)?.try_into()?, replayed },
        Action::ChangeLimit { .. } | Action::ReadCustomer { .. } => parse::<CustomerBody>(reply)?.into(),
        Action::ChangePrice { .. } | Action::ReadProduct { .. } => parse::<ProductBody>(reply)?.into(),
        Action::ReadOrder { .. } => Answer::Order(parse::<OrderBody>(reply)?.try_into()?),
        Action::ReadLedger { .. } => Answer::Ledger(page::<EntryBody, Entry>(reply)?),
        Action::ReadOrders => Answer::Orders(page::<OrderBody, Order>(reply)?),
    })
}

fn refusal(reply: &Reply) -> Result<Answer, ()> {
    let problem: Problem = parse(reply)?;
    match (problem.code.as_str(), problem.credit_limit, problem.balance, problem.required) {
        ("credit_limit_exceeded", Some(credit_limit), Some(balance), Some(required)) => {
            Ok(Answer::CreditLimitExceeded { credit_limit, balance, required })
        }
        ("insufficient_stock", ..) => Ok(Answer::InsufficientStock(
            problem
                .shortages
                .into_iter()
                .map(|short| Shortage {
                    product: short.product_id,
                    requested: short.requested,
                    available: short.available,
                })
                .collect(),
        )),
        ("idempotency_key_reused", ..) => Ok(Answer::KeyReused),
        _ => Err(()),
    }
}

fn parse<'reply, T: Deserialize<'reply>>(reply: &'reply Reply) -> Result<T, ()> {
    serde_json::from_slice(&reply.body).map_err(drop)
}

fn page<'reply, Body: Deserialize<'reply> + TryInto<T, Error = ()>, T>(reply: &'reply Reply) -> Result<Vec<T>, ()> {
    let page: Page<Body> = parse(reply)?;
    page.data.into_iter().map(TryInto::try_into).collect()
}

/// Microseconds since 1970 of a time as answers write it.
fn microseconds(text: &str) -> Result<i64, ()> {
    Ok(text.parse::<chrono::DateTime<chrono::Utc>>().map_err(drop)?.timestamp_micros())
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    #[serde(default)]
    shortages: Vec<ShortageBody>,
    credit_limit: Option<i64>,
    balance: Option<i64>,
    required: Option<i64>,
}

#[derive(Deserialize)]
struct ShortageBody {
    product_id: Uuid,
    requested: i64,
    available: i64,
}

#[derive(Deserialize)]
struct OrderBody {
    id: Uuid,
    customer_id: Uuid,
    total: i64,
    balance_after: i64,
    items: Vec<LineBody>,
    created_at: String,
}

#[derive(Deserialize)]
struct LineBody {
    line_no: i64,
    product_id: Uuid,
    quantity: i64,
    unit_price: i64,
    line_total: i64,
}

#[derive(Deserialize)]
struct EntryBody {
    id: Uuid,
    customer_id: Uuid,
    entry_no: i64,
    order_id: Option<Uuid>,
    amount: i64,
    balance_before: i64,
    balance_after: i64,
    credit_limit: Option<i64>,
    created_at: String,
}

#[derive(Deserialize)]
struct MovementBody {
    id: Uuid,
    product_id: Uuid,
    quantity: i64,
    stock_after: i64,
    created_at: String,
}

#[derive(Deserialize)]
struct CustomerBody {
    id: Uuid,
    credit_limit: i64,
    balance: i64,
    available_credit: i64,
}

#[derive(Deserialize)]
struct ProductBody {
    id: Uuid,
    price: i64,
    stock: i64,
}

impl TryFrom<OrderBody> for Order {
    type Error = ();

    fn try_from(body: OrderBody) -> Result<Self, ()> {
        let lines = body.items.into_iter().map(|line| Line {
            line_no: line.line_no,
            product: line.product_id,
            quantity: line.quantity,
            unit_price: line.unit_price,
            line_total: line.line_total,
        });
        Ok(Self {
            id: body.id,
            customer: body.customer_id,
            total: body.total,
            balance_after: body.balance_after,
            created_at_us: microseconds(&body.created_at)?,
            lines: lines.collect(),
        })
    }
}

impl TryFrom<EntryBody> for Entry {
    type Error = ();

    fn try_from(body: EntryBody) -> Result<Self, ()> {
        Ok(Self {
            id: body.id,
            customer: body.customer_id,
            entry_no: body.entry_no,
            order: body.order_id,
            amount: body.amount,
            balance_before: body.balance_before,
            balance_after: body.balance_after,
            credit_limit: body.credit_limit,
            created_at_us: microseconds(&body.created_at)?,
        })
    }
}

impl TryFrom<MovementBody> for Movement {
    type Error = ();

    fn try_from(body: MovementBody) -> Result<Self, ()> {
        Ok(Self {
            id: body.id,
            product: body.product_id,
            quantity: body.quantity,
            stock_after: body.stock_after,
            created_at_us: microseconds(&body.created_at)?,
        })
    }
}

impl From<CustomerBody> for Answer {
    fn from(body: CustomerBody) -> Self {
        Self::Customer {
            id: body.id,
            credit_limit: body.credit_limit,
            balance: body.balance,
            available_credit: body.available_credit,
        }
    }
}

impl From<ProductBody> for Answer {
    fn from(body: ProductBody) -> Self {
        Self::Product { id: body.id, price: body.price, stock: body.stock }
    }
}

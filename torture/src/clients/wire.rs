//! From an action to a request, and from a reply to an answer.

mod bodies;

use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::connection::{Call, Reply};
use crate::history::{
    Action, Answer, ChargeExcess, Entry, Goods, LineExcess, OpenCharge, Order, Part, Shortage, StockChange,
};
use bodies::{
    AgingBody, CustomerBody, EntryBody, GoodsBody, MovementBody, OpenChargeBody, OrderBody, Page, Problem, ProductBody,
    RecordedBody, StockChangeBody,
};

/// The request for an action.
pub fn call(action: &Action, token: &str) -> Call {
    let get = |path: String| (Method::GET, path, None, None);
    let post = |path: &str, key, body| (Method::POST, path.to_owned(), Some(key), Some(body));
    let (method, path, key, body) = match action {
        Action::Purchase { key, customer, items, authorized_limit } => {
            let items: Vec<_> =
                items.iter().map(|item| json!({"product_id": item.product, "quantity": item.quantity})).collect();
            let body = json!({"customer_id": customer, "items": items});
            post("/v1/purchases", *key, with(body, "authorized_limit", authorized_limit.map(Into::into)))
        }
        Action::Payment { key, customer, amount, named } => {
            let body = json!({"customer_id": customer, "amount": amount});
            post("/v1/payments", *key, with(body, "allocations", parts(named)))
        }
        Action::Return { key, order, lines } => {
            let lines: Vec<_> = lines
                .iter()
                .map(|line| {
                    let body = json!({"line_no": line.line_no, "quantity": line.quantity});
                    with(body, "restock_quantity", line.restock.map(Into::into))
                })
                .collect();
            post("/v1/returns", *key, json!({"order_id": order, "items": lines, "reason": REASON}))
        }
        Action::Allocate { key, customer, named } => {
            let body = json!({"customer_id": customer, "reason": REASON});
            post("/v1/allocations", *key, with(body, "allocations", parts(named)))
        }
        Action::Reverse { key, entry, is_payment } => {
            let of = if *is_payment { "payments" } else { "adjustments" };
            post(&format!("/v1/{of}/{entry}/reversal"), *key, json!({"reason": REASON}))
        }
        Action::Adjust { key, customer, kind, amount, due_at_us, authorized_limit, named } => {
            let body = json!({"customer_id": customer, "type": kind.text(), "amount": amount, "reason": REASON});
            let due_at = due_at_us.and_then(chrono::DateTime::from_timestamp_micros);
            let due_at = due_at.map(|at| json!(at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)));
            let body = with(with(body, "due_at", due_at), "authorized_limit", authorized_limit.map(Into::into));
            post("/v1/adjustments", *key, with(body, "allocations", parts(named)))
        }
        Action::Refund { key, customer, amount } => {
            post("/v1/refunds", *key, json!({"customer_id": customer, "amount": amount, "reason": REASON}))
        }
        Action::Restock { key, product, quantity } => {
            let path = format!("/v1/products/{product}/stock-movements");
            post(&path, *key, json!({"quantity": quantity, "reason": REASON}))
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
        Action::ReadReturn { goods } => get(format!("/v1/returns/{goods}")),
        Action::ReadReturns => get("/v1/returns?limit=20".to_owned()),
        Action::ReadOpenCharges { customer } => get(format!("/v1/customers/{customer}/open-charges?limit=100")),
        Action::ReadAging { customer } => get(format!("/v1/customers/{customer}/aging")),
        Action::ReadStock { product } => get(format!("/v1/products/{product}/stock-movements?include=sales&limit=30")),
    };
    Call {
        method,
        path,
        token: token.to_owned(),
        key: key.map(crate::history::Key::text),
        body: body.map(|body| body.to_string()),
    }
}

/// Why, whatever it is.
const REASON: &str = "torture";

fn with(mut body: Value, member: &str, value: Option<Value>) -> Value {
    if let Some(value) = value {
        body[member] = value;
    }
    body
}

/// Nothing, if no charge is named.
fn parts(named: &[Part]) -> Option<Value> {
    let part = |part: &Part| json!({"charge_id": part.charge, "amount": part.amount});
    (!named.is_empty()).then(|| named.iter().map(part).collect())
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
        Action::Payment { .. }
        | Action::Allocate { .. }
        | Action::Reverse { .. }
        | Action::Adjust { .. }
        | Action::Refund { .. } => {
            let (entry, named) = parse::<RecordedBody>(reply)?.try_into()?;
            Answer::Recorded { entry, named, replayed }
        }
        Action::Return { .. } => Answer::Returned { goods: parse::<GoodsBody>(reply)?.try_into()?, replayed },
        Action::Restock { .. } => Answer::Restocked { movement: parse::<MovementBody>(reply)?.try_into()?, replayed },
        Action::ChangeLimit { .. } | Action::ReadCustomer { .. } => parse::<CustomerBody>(reply)?.into(),
        Action::ChangePrice { .. } | Action::ReadProduct { .. } => parse::<ProductBody>(reply)?.into(),
        Action::ReadOrder { .. } => Answer::Order(parse::<OrderBody>(reply)?.try_into()?),
        Action::ReadLedger { .. } => Answer::Ledger(page::<EntryBody, Entry>(reply)?.0),
        Action::ReadOrders => Answer::Orders(page::<OrderBody, Order>(reply)?.0),
        Action::ReadReturn { .. } => Answer::Return(parse::<GoodsBody>(reply)?.try_into()?),
        Action::ReadReturns => {
            let (returns, is_last) = page::<GoodsBody, Goods>(reply)?;
            Answer::Returns { returns, is_last }
        }
        Action::ReadOpenCharges { .. } => {
            let (charges, is_last) = page::<OpenChargeBody, OpenCharge>(reply)?;
            Answer::OpenCharges { charges, is_last }
        }
        Action::ReadAging { .. } => parse::<AgingBody>(reply)?.try_into()?,
        Action::ReadStock { .. } => {
            let (changes, is_last) = page::<StockChangeBody, StockChange>(reply)?;
            Answer::Stock { changes, is_last }
        }
    })
}

fn refusal(reply: &Reply) -> Result<Answer, ()> {
    let problem: Problem = parse(reply)?;
    let excess = || problem.requested.zip(problem.available).ok_or(());
    let charges = || {
        let excess = |charge: &bodies::ChargeExcessBody| ChargeExcess {
            charge: charge.charge_id,
            requested: charge.requested,
            available: charge.available,
        };
        problem.charges.iter().map(excess).collect()
    };
    Ok(match problem.code.as_str() {
        "credit_limit_exceeded" => Answer::CreditLimitExceeded {
            credit_limit: problem.credit_limit.ok_or(())?,
            balance: problem.balance.ok_or(())?,
            required: problem.required.ok_or(())?,
        },
        "insufficient_stock" => {
            let short = |short: &bodies::ShortageBody| Shortage {
                product: short.product_id,
                requested: short.requested,
                available: short.available,
            };
            Answer::InsufficientStock(problem.shortages.iter().map(short).collect())
        }
        "quantity_exceeds_returnable" => {
            let over = |line: &bodies::LineExcessBody| LineExcess {
                line_no: line.line_no,
                requested: line.requested,
                available: line.available,
            };
            Answer::QuantityExceedsReturnable(problem.lines.iter().map(over).collect())
        }
        "charge_not_found" => {
            let place = |fault: &bodies::FaultBody| {
                let place = fault.pointer.strip_prefix("/allocations/")?.strip_suffix("/charge_id")?;
                place.parse().ok()
            };
            Answer::ChargeNotFound(problem.errors.iter().map(place).collect::<Option<_>>().ok_or(())?)
        }
        "charge_open_amount_exceeded" => Answer::ChargeOpenAmountExceeded(charges()),
        "allocated_amount_exceeded" => Answer::AllocatedAmountExceeded(charges()),
        "unapplied_credit_exceeded" => {
            let (requested, available) = excess()?;
            Answer::UnappliedCreditExceeded { requested, available }
        }
        "credit_balance_exceeded" => {
            let (requested, available) = excess()?;
            Answer::CreditBalanceExceeded { requested, available }
        }
        "balance_exceeded" => {
            let (requested, available) = excess()?;
            Answer::BalanceExceeded { requested, available }
        }
        "already_reversed" => Answer::AlreadyReversed { reversal: problem.existing_id.ok_or(())? },
        "not_reversible" => Answer::NotReversible,
        "idempotency_key_reused" => Answer::KeyReused,
        _ => return Err(()),
    })
}

fn parse<'reply, T: Deserialize<'reply>>(reply: &'reply Reply) -> Result<T, ()> {
    serde_json::from_slice(&reply.body).map_err(drop)
}

/// The rows, and whether they are the last ones.
fn page<'reply, Body: Deserialize<'reply> + TryInto<T, Error = ()>, T>(
    reply: &'reply Reply,
) -> Result<(Vec<T>, bool), ()> {
    let page: Page<Body> = parse(reply)?;
    let rows = page.data.into_iter().map(TryInto::try_into).collect::<Result<_, ()>>()?;
    Ok((rows, page.next_cursor.is_none()))
}

/// Microseconds since 1970 of a time as answers write it.
fn microseconds(text: &str) -> Result<i64, ()> {
    Ok(text.parse::<chrono::DateTime<chrono::Utc>>().map_err(drop)?.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::StatusCode;
    use uuid::Uuid;

    use super::*;
    use crate::history::{EntryKind, Key};

    fn refused(status: u16, body: &Value) -> Answer {
        let body = Bytes::from(body.to_string());
        let reply = Reply { status: StatusCode::from_u16(status).unwrap(), replayed: false, body };
        answer(&Action::ReadOrders, &reply)
    }

    #[test]
    fn every_refusal_is_understood_with_its_figures() {
        let id = Uuid::from_u128(7);
        let over = json!([{"charge_id": id, "requested": 5, "available": 3}]);
        let excess = ChargeExcess { charge: id, requested: 5, available: 3 };
        let figures = |code: &str| json!({"code": code, "requested": 5, "available": 3});
        let (requested, available) = (5, 3);
        for (status, body, expected) in [
            (
                409,
                json!({"code": "quantity_exceeds_returnable", "lines": [{"line_no": 2, "requested": 5, "available": 3}]}),
                Answer::QuantityExceedsReturnable(vec![LineExcess { line_no: 2, requested, available }]),
            ),
            (
                422,
                json!({"code": "charge_not_found", "errors": [{"in": "body", "pointer": "/allocations/1/charge_id", "detail": ""}]}),
                Answer::ChargeNotFound(vec![1]),
            ),
            (
                409,
                json!({"code": "charge_open_amount_exceeded", "charges": over}),
                Answer::ChargeOpenAmountExceeded(vec![excess]),
            ),
            (
                409,
                json!({"code": "allocated_amount_exceeded", "charges": over}),
                Answer::AllocatedAmountExceeded(vec![excess]),
            ),
            (409, figures("unapplied_credit_exceeded"), Answer::UnappliedCreditExceeded { requested, available }),
            (409, figures("credit_balance_exceeded"), Answer::CreditBalanceExceeded { requested, available }),
            (409, figures("balance_exceeded"), Answer::BalanceExceeded { requested, available }),
            (409, json!({"code": "already_reversed", "existing_id": id}), Answer::AlreadyReversed { reversal: id }),
            (409, json!({"code": "not_reversible"}), Answer::NotReversible),
            (422, json!({"code": "idempotency_key_reused"}), Answer::KeyReused),
        ] {
            assert_eq!(refused(status, &body), expected, "{body}");
        }
        for body in [json!({"code": "unapplied_credit_exceeded"}), json!({"code": "allocations_exceed_amount"})] {
            assert!(matches!(refused(409, &body), Answer::Unexpected { status: 409, .. }), "{body}");
        }
    }

    #[test]
    fn a_request_has_no_member_that_the_action_does_not_ask_for() {
        let (key, customer) = (Key(1), Uuid::from_u128(7));
        let body = |action: Action| serde_json::from_str::<Value>(&call(&action, "").body.unwrap()).unwrap();
        let payment = body(Action::Payment { key, customer, amount: 5, named: Vec::new() });
        assert_eq!(payment, json!({"customer_id": customer, "amount": 5}));
        let named = vec![Part { charge: customer, amount: 3 }];
        let adjustment = body(Action::Adjust {
            key,
            customer,
            kind: EntryKind::WriteOff,
            amount: 5,
            due_at_us: None,
            authorized_limit: None,
            named,
        });
        let allocations = json!([{"charge_id": customer, "amount": 3}]);
        assert_eq!(
            adjustment,
            json!({"customer_id": customer, "type": "write_off", "amount": 5, "reason": REASON, "allocations": allocations})
        );
        let lines = vec![crate::history::LineBack { line_no: 1, quantity: 2, restock: Some(0) }];
        let goods = body(Action::Return { key, order: customer, lines });
        assert_eq!(goods["items"], json!([{"line_no": 1, "quantity": 2, "restock_quantity": 0}]));
    }
}

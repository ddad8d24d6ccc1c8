//! `POST /v1/purchases`: buying on credit.

use axum::{extract::State, response::Response};

use super::movement_response;
use crate::{
    auth::Caller,
    domain::{IdempotencyKey, NewPurchase, Order, Scope},
    error::{Error, Fault, Result},
    http::{
        extract::{Json, Writer},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

problems!(PurchaseProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::CustomerNotFound, Code::ProductNotFound, Code::CustomerBlocked, Code::CustomerOverdue,
    Code::InsufficientStock, Code::CreditLimitExceeded,
]);

/// Buy on credit
///
/// The whole purchase happens, or nothing of it: stock is taken, the order is written and the customer's ledger is
/// charged in one transaction. A refused purchase leaves no trace, and the same key may be tried again.
///
/// Whoever brings prices, discounts or taxes needs the scope `price` beside `write`, and whoever brings an `authorized_limit` needs
/// `adjust`.
#[utoipa::path(
    post,
    path = "/v1/purchases",
    operation_id = "purchase",
    tag = "purchases",
    security(("business" = [])),
    params(super::IdempotencyHeader),
    request_body = NewPurchase,
    responses(
        (status = 201, description = "Bought; or bought before with this key", body = Order,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        PurchaseProblems,
    ),
)]
pub async fn purchase(
    State(state): State<AppState>,
    Writer(caller): Writer,
    idempotency_key: IdempotencyKey,
    Json(purchase): Json<NewPurchase>,
) -> Result<Response> {
    may_bring(&caller, &purchase)?;
    Ok(movement_response(state.db.purchase(caller.business_id, idempotency_key, caller.actor, purchase).await?))
}

/// The most faults that one answer names, as of a body that cannot be read.
const MAX_FAULTS: usize = 100;

fn may_bring(caller: &Caller, purchase: &NewPurchase) -> Result<()> {
    let forbids = |scope| !caller.scopes.contains(scope);
    let limit = purchase.authorized_limit.filter(|_| forbids(Scope::Adjust));
    let limit = limit.map(|_| Fault::body("/authorized_limit", "needs the scope adjust"));
    let lacks = if limit.is_some() { Error::LACKS_ADJUST } else { Error::LACKS_PRICE };
    let prices = purchase.brought_prices().filter(|_| forbids(Scope::Price));
    let prices = prices.map(|pointer| Fault::body(pointer, "needs the scope price"));
    let faults: Vec<_> = limit.into_iter().chain(prices).take(MAX_FAULTS).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::PartsForbidden(lacks, faults)) }
}

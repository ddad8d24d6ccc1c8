//! `POST /v1/purchases`: buying on credit.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::movement_response;
use crate::{
    db::{NewPurchase, PurchaseLine},
    domain::{CustomerId, IdempotencyKey, Order, ProductId, Quantity},
    error::{Error, Result},
    http::{
        extract::{Json, Writer},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

/// The most lines that one purchase can have.
const MAX_LINES: usize = 500;

/// Who buys what. Prices are the products' own, at the moment of the purchase.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({
    "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21",
    "items": [
        {"product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22", "quantity": 2},
        {"product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c23", "quantity": 1}
    ]
})))]
pub struct PurchaseRequest {
    /// Who buys.
    customer_id: CustomerId,
    /// What. The same product may stand on several lines. The total is at most 2^53 - 1 minor units.
    #[schema(min_items = 1, max_items = 500)]
    items: Vec<PurchaseRequestItem>,
}

/// One line of a purchase.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseRequestItem {
    /// The product.
    product_id: ProductId,
    /// How many.
    quantity: Quantity,
}

problems!(PurchaseProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::CustomerNotFound, Code::ProductNotFound, Code::CustomerBlocked, Code::InsufficientStock, Code::CreditLimitExceeded,
]);

/// Buy on credit
///
/// The whole purchase happens, or nothing of it: stock is taken, the order is written and the customer's ledger is
/// charged in one transaction. A refused purchase leaves no trace, and the same key may be tried again.
#[utoipa::path(
    post,
    path = "/v1/purchases",
    operation_id = "purchase",
    tag = "purchases",
    security(("business" = [])),
    params(super::IdempotencyHeader),
    request_body = PurchaseRequest,
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
    Json(request): Json<PurchaseRequest>,
) -> Result<Response> {
    if !(1..=MAX_LINES).contains(&request.items.len()) {
        return Err(Error::invalid_body("/items", format!("must have 1 to {MAX_LINES} items")));
    }
    let lines = request
        .items
        .into_iter()
        .map(|item| PurchaseLine { product_id: item.product_id, quantity: item.quantity })
        .collect();
    let purchase = NewPurchase { customer_id: request.customer_id, lines, idempotency_key };
    Ok(movement_response(state.db.purchase(caller.business_id, purchase).await?))
}

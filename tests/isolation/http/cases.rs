//! Every operation of the API, and every place in it where another business's id can be put.
//!
//! A place is a path or query parameter, or a UUID in the body. A new operation, or a new place in an old one, fails
//! `every_place_of_every_operation_has_its_case` until it has its case here.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::world::{Ids, IsolationWorld, Sender, one_line, one_piece};

/// One place of one operation.
pub struct IsolationCase {
    pub operation: &'static str,
    /// `path:name`, `query:name` or `body:/pointer`, where `*` is any element of an array.
    pub place: &'static str,
    /// The status for an id of our own. It differs from the status for another id, which shows that the id matters.
    pub own_status: u16,
    /// The status and code of the answer to any other id; no code for an empty list.
    pub status: u16,
    pub code: Option<&'static str>,
    /// The request, with the id under test from `ids`.
    pub request: fn(&IsolationWorld, &Ids) -> RequestBuilder,
}

/// Operations that take no id, and why.
pub const WITHOUT_IDS: [(&str, &str); 8] = [
    ("createBusiness", "the id is made by the server"),
    ("createCustomer", "the id is made by the server; external_id is unique within a business, see keys.rs"),
    ("createProduct", "the id is made by the server; sku is unique within a business, see keys.rs"),
    ("getBusiness", "the business is that of the credentials; see callers.rs"),
    ("getHealth", "it is the same for everybody"),
    ("getReadiness", "it is the same for everybody"),
    ("getAgingTotals", "it takes a moment; whose debt it adds up is in twins.rs"),
    ("listProofs", "it takes no parameter; whose proofs it shows is in callers.rs"),
];

/// A cursor, as lists return them.
pub fn cursor(place: &dyn ToString) -> String {
    URL_SAFE_NO_PAD.encode(place.to_string())
}

fn get(world: &IsolationWorld, path: &str) -> RequestBuilder {
    world.request(Sender::Us, Method::GET, path)
}

fn post(world: &IsolationWorld, ids: &Ids, path: &str, body: &serde_json::Value) -> RequestBuilder {
    world.request(Sender::Us, Method::POST, path).header("idempotency-key", &ids.key).json(body)
}

macro_rules! cases {
    ($($operation:literal $place:literal $own:literal => $status:literal $code:expr, |$world:ident, $ids:ident| $request:expr;)+) => {
        pub const CASES: &[IsolationCase] = &[$(IsolationCase {
            operation: $operation,
            place: $place,
            own_status: $own,
            status: $status,
            code: $code,
            request: |$world, $ids| $request,
        }),+];
    };
}

const NO_CUSTOMER: Option<&str> = Some("customer_not_found");
const NO_CHARGE: Option<&str> = Some("charge_not_found");
const NO_PRODUCT: Option<&str> = Some("product_not_found");

cases! {
    "purchase" "body:/customer_id" 201 => 404 NO_CUSTOMER,
        |world, ids| post(world, ids, "/v1/purchases", &one_line(&ids.customer, &world.ours.product));
    "purchase" "body:/items/*/product_id" 201 => 404 NO_PRODUCT,
        |world, ids| post(world, ids, "/v1/purchases", &one_line(&world.ours.customer, &ids.product));
    // Both at once: the other business's product between two of ours.
    "purchase" "body:/customer_id" 201 => 404 NO_CUSTOMER,
        |world, ids| post(world, ids, "/v1/purchases", &one_line(&ids.customer, &ids.product));
    "purchase" "body:/items/*/product_id" 201 => 404 NO_PRODUCT, |world, ids| {
        let (ours, other) = (&world.ours.product, &ids.product);
        let items: Vec<_> = [ours, other, ours].map(|id| json!({"product_id": id, "quantity": 1})).into();
        post(world, ids, "/v1/purchases", &json!({"customer_id": world.ours.customer, "items": items}))
    };
    // More than the stock: the answer must not show the stock of the other business's product.
    "purchase" "body:/items/*/product_id" 409 => 404 NO_PRODUCT, |world, ids| {
        let items = json!([{"product_id": ids.product, "quantity": 2_000_000}]);
        post(world, ids, "/v1/purchases", &json!({"customer_id": world.ours.customer, "items": items}))
    };
    "recordPayment" "body:/customer_id" 201 => 404 NO_CUSTOMER,
        |world, ids| post(world, ids, "/v1/payments", &json!({"customer_id": ids.customer, "amount": 2}));
    "recordAdjustment" "body:/customer_id" 201 => 404 NO_CUSTOMER, |world, ids| {
        let body = json!({"customer_id": ids.customer, "type": "fee", "amount": 1, "reason": "test"});
        post(world, ids, "/v1/adjustments", &body)
    };
    "recordAdjustment" "body:/allocations/*/charge_id" 201 => 422 Some("charge_not_found"), |world, ids| {
        let allocations = json!([{"charge_id": ids.order, "amount": 1}]);
        let body = json!({
            "customer_id": world.ours.customer, "type": "credit", "amount": 1, "reason": "test", "allocations": allocations,
        });
        post(world, ids, "/v1/adjustments", &body)
    };
    "listAdjustments" "query:customer_id" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/adjustments?customer_id={}", ids.customer));
    "listAdjustments" "query:cursor" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/adjustments?cursor={}", cursor(&ids.adjustment)));
    "listAdjustments" "query:reference" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/adjustments?reference={}", ids.external_id));
    "getAdjustment" "path:adjustment_id" 200 => 404 Some("adjustment_not_found"),
        |world, ids| get(world, &format!("/v1/adjustments/{}", ids.adjustment));
    // A refund is no adjustment, and an adjustment no refund.
    "getAdjustment" "path:adjustment_id" 404 => 404 Some("adjustment_not_found"),
        |world, ids| get(world, &format!("/v1/adjustments/{}", ids.refund));
    // A customer who owes has nothing to be paid out.
    "recordRefund" "body:/customer_id" 409 => 404 NO_CUSTOMER, |world, ids| {
        post(world, ids, "/v1/refunds", &json!({"customer_id": ids.customer, "amount": 1, "reason": "test"}))
    };
    "listRefunds" "query:customer_id" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/refunds?customer_id={}", ids.customer));
    "listRefunds" "query:cursor" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/refunds?cursor={}", cursor(&ids.refund)));
    "listRefunds" "query:reference" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/refunds?reference={}", ids.external_id));
    "getRefund" "path:refund_id" 200 => 404 Some("refund_not_found"),
        |world, ids| get(world, &format!("/v1/refunds/{}", ids.refund));
    "getRefund" "path:refund_id" 404 => 404 Some("refund_not_found"),
        |world, ids| get(world, &format!("/v1/refunds/{}", ids.adjustment));
    "listLimitOverrides" "query:cursor" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/limit-overrides?cursor={}", cursor(&ids.adjustment)));
    "recordPayment" "body:/allocations/*/charge_id" 201 => 422 NO_CHARGE, |world, ids| {
        let allocations = json!([{"charge_id": ids.order, "amount": 1}]);
        let body = json!({"customer_id": world.ours.customer, "amount": 1, "allocations": allocations});
        post(world, ids, "/v1/payments", &body)
    };
    // More than the charge: the answer must not show what is open of the other business's.
    "recordPayment" "body:/allocations/*/charge_id" 409 => 422 NO_CHARGE, |world, ids| {
        let allocations = json!([{"charge_id": ids.order, "amount": 5_000}]);
        let body = json!({"customer_id": world.ours.customer, "amount": 5_000, "allocations": allocations});
        post(world, ids, "/v1/payments", &body)
    };
    "listPayments" "query:customer_id" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/payments?customer_id={}", ids.customer));
    "listPayments" "query:cursor" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/payments?cursor={}", cursor(&ids.payment)));
    "listPayments" "query:reference" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/payments?reference={}", ids.external_id));
    "getPayment" "path:payment_id" 200 => 404 Some("payment_not_found"),
        |world, ids| get(world, &format!("/v1/payments/{}", ids.payment));
    "recordAllocation" "body:/customer_id" 201 => 404 NO_CUSTOMER, |world, ids| {
        let allocations = json!([{"charge_id": world.ours.order, "amount": 1}]);
        post(world, ids, "/v1/allocations", &json!({"customer_id": ids.customer, "allocations": allocations}))
    };
    "recordAllocation" "body:/allocations/*/charge_id" 201 => 422 NO_CHARGE, |world, ids| {
        let allocations = json!([{"charge_id": ids.order, "amount": 1}]);
        post(world, ids, "/v1/allocations", &json!({"customer_id": world.ours.customer, "allocations": allocations}))
    };
    "recordAllocation" "body:/allocations/*/charge_id" 409 => 422 NO_CHARGE, |world, ids| {
        let allocations = json!([{"charge_id": ids.order, "amount": -5_000}]);
        post(world, ids, "/v1/allocations", &json!({"customer_id": world.ours.customer, "allocations": allocations}))
    };
    "reversePayment" "path:payment_id" 201 => 404 Some("payment_not_found"), |world, ids| {
        let path = format!("/v1/payments/{}/reversal", ids.payment);
        post(world, ids, &path, &json!({"reason": "test"}))
    };
    "reverseAdjustment" "path:adjustment_id" 201 => 404 Some("adjustment_not_found"), |world, ids| {
        let path = format!("/v1/adjustments/{}/reversal", ids.credit);
        post(world, ids, &path, &json!({"reason": "test"}))
    };
    "listOrders" "query:customer_id" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/orders?customer_id={}", ids.customer));
    "listOrders" "query:cursor" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/orders?cursor={}", cursor(&ids.order)));
    "getOrder" "path:order_id" 200 => 404 Some("order_not_found"),
        |world, ids| get(world, &format!("/v1/orders/{}", ids.order));
    "recordReturn" "body:/order_id" 201 => 404 Some("order_not_found"),
        |world, ids| post(world, ids, "/v1/returns", &one_piece(&ids.sale));
    // More than was bought: the answer must not show how many the other business sold.
    "recordReturn" "body:/order_id" 409 => 404 Some("order_not_found"), |world, ids| {
        let items = json!([{"line_no": 1, "quantity": 51}]);
        post(world, ids, "/v1/returns", &json!({"order_id": ids.sale, "items": items, "reason": "test"}))
    };
    "listReturns" "query:order_id" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/returns?order_id={}", ids.sale));
    "listReturns" "query:customer_id" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/returns?customer_id={}", ids.customer));
    "listReturns" "query:cursor" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/returns?cursor={}", cursor(&ids.returned)));
    "getReturn" "path:return_id" 200 => 404 Some("return_not_found"),
        |world, ids| get(world, &format!("/v1/returns/{}", ids.returned));
    "listCustomers" "query:external_id" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/customers?external_id={}", ids.external_id));
    "listCustomers" "query:cursor" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/customers?cursor={}", cursor(&ids.customer)));
    "getCustomer" "path:customer_id" 200 => 404 NO_CUSTOMER,
        |world, ids| get(world, &format!("/v1/customers/{}", ids.customer));
    "updateCustomer" "path:customer_id" 200 => 404 NO_CUSTOMER, |world, ids| {
        let path = format!("/v1/customers/{}", ids.customer);
        world.request(Sender::Us, Method::PATCH, &path).json(&json!({"blocked": false}))
    };
    // The rules of a change are checked for our own customers only.
    "updateCustomer" "path:customer_id" 200 => 404 NO_CUSTOMER, |world, ids| {
        let path = format!("/v1/customers/{}", ids.customer);
        world.request(Sender::Us, Method::PATCH, &path).json(&json!({"external_id": world.ours.external_id}))
    };
    "getCustomerBalance" "path:customer_id" 200 => 404 NO_CUSTOMER,
        |world, ids| get(world, &format!("/v1/customers/{}/balance", ids.customer));
    "listLedgerEntries" "path:customer_id" 200 => 404 NO_CUSTOMER,
        |world, ids| get(world, &format!("/v1/customers/{}/ledger", ids.customer));
    "listLedgerEntries" "query:cursor" 200 => 404 NO_CUSTOMER, |world, ids| {
        get(world, &format!("/v1/customers/{}/ledger?cursor={}", ids.customer, cursor(&ids.ledger_entry_no)))
    };
    "getCustomerStatement" "path:customer_id" 200 => 404 NO_CUSTOMER,
        |world, ids| get(world, &format!("/v1/customers/{}/statement?from=2020-01-01&to=2020-01-31", ids.customer));
    "listOverdueCustomers" "query:cursor" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/overdue-customers?cursor={}", cursor(&ids.customer)));
    "listOpenCharges" "path:customer_id" 200 => 404 NO_CUSTOMER,
        |world, ids| get(world, &format!("/v1/customers/{}/open-charges", ids.customer));
    "listOpenCharges" "query:cursor" 200 => 404 NO_CUSTOMER, |world, ids| {
        get(world, &format!("/v1/customers/{}/open-charges?cursor={}", ids.customer, cursor(&ids.ledger_entry_no)))
    };
    "getCustomerAging" "path:customer_id" 200 => 404 NO_CUSTOMER,
        |world, ids| get(world, &format!("/v1/customers/{}/aging", ids.customer));
    "listAging" "query:cursor" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/aging?cursor={}", cursor(&ids.customer)));
    "listProducts" "query:sku" 200 => 200 None, |world, ids| get(world, &format!("/v1/products?sku={}", ids.sku));
    "listProducts" "query:cursor" 200 => 200 None,
        |world, ids| get(world, &format!("/v1/products?cursor={}", cursor(&ids.product)));
    "getProduct" "path:product_id" 200 => 404 NO_PRODUCT,
        |world, ids| get(world, &format!("/v1/products/{}", ids.product));
    "updateProduct" "path:product_id" 200 => 404 NO_PRODUCT, |world, ids| {
        let path = format!("/v1/products/{}", ids.product);
        world.request(Sender::Us, Method::PATCH, &path).json(&json!({"price": 100}))
    };
    "updateProduct" "path:product_id" 200 => 404 NO_PRODUCT, |world, ids| {
        let path = format!("/v1/products/{}", ids.product);
        world.request(Sender::Us, Method::PATCH, &path).json(&json!({"sku": world.ours.sku}))
    };
    "listStockMovements" "path:product_id" 200 => 404 NO_PRODUCT,
        |world, ids| get(world, &format!("/v1/products/{}/stock-movements", ids.product));
    "listStockMovements" "path:product_id" 200 => 404 NO_PRODUCT,
        |world, ids| get(world, &format!("/v1/products/{}/stock-movements?include=sales", ids.product));
    "listStockMovements" "query:cursor" 200 => 404 NO_PRODUCT, |world, ids| {
        let place = cursor(&format!("{}.1", ids.order));
        get(world, &format!("/v1/products/{}/stock-movements?include=sales&cursor={place}", ids.product))
    };
    "recordStockMovement" "path:product_id" 201 => 404 NO_PRODUCT, |world, ids| {
        let path = format!("/v1/products/{}/stock-movements", ids.product);
        post(world, ids, &path, &json!({"quantity": 1, "reason": "test"}))
    };
    "recordStockMovement" "path:product_id" 409 => 404 NO_PRODUCT, |world, ids| {
        let path = format!("/v1/products/{}/stock-movements", ids.product);
        post(world, ids, &path, &json!({"quantity": -5_000_000, "reason": "test"}))
    };
    // Platform routes refuse a business's credentials before they read the id, also for its own id.
    "createApiKey" "path:business_id" 403 => 403 Some("forbidden"), |world, ids| {
        let path = format!("/v1/businesses/{}/api-keys", ids.business);
        world.request(Sender::Us, Method::POST, &path).json(&json!({"name": "x", "scopes": ["read"]}))
    };
    "listApiKeys" "path:business_id" 403 => 403 Some("forbidden"),
        |world, ids| get(world, &format!("/v1/businesses/{}/api-keys", ids.business));
    "listApiKeys" "query:cursor" 200 => 200 None, |world, ids| {
        let path = format!("/v1/businesses/{}/api-keys?cursor={}", world.ours.business, cursor(&ids.api_key));
        world.request(Sender::Admin, Method::GET, &path)
    };
    "revokeApiKey" "path:business_id" 403 => 403 Some("forbidden"), |world, ids| {
        let path = format!("/v1/businesses/{}/api-keys/{}", ids.business, ids.api_key);
        world.request(Sender::Us, Method::DELETE, &path)
    };
    // The operator names our business and the other business's key: the key is not revoked.
    "revokeApiKey" "path:key_id" 204 => 404 Some("api_key_not_found"), |world, ids| {
        let path = format!("/v1/businesses/{}/api-keys/{}", world.ours.business, ids.api_key);
        world.request(Sender::Admin, Method::DELETE, &path)
    };
}

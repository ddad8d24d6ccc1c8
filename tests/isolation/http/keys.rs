//! Names that a business chooses have no effect in another business: idempotency keys, external ids, skus.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    description::{Operation, operations},
    world::{Ids, IsolationWorld, one_line, one_piece},
};

/// A movement: its operation, and its path and body for a business's ids.
pub type Movement = (&'static str, fn(&Ids) -> (String, Value));

/// Every operation that takes an idempotency key.
pub const MOVEMENTS: [Movement; 9] = [
    ("purchase", |ids| ("/v1/purchases".to_owned(), one_line(&ids.customer, &ids.product))),
    ("recordPayment", |ids| ("/v1/payments".to_owned(), json!({"customer_id": ids.customer, "amount": 1}))),
    ("recordReturn", |ids| ("/v1/returns".to_owned(), one_piece(&ids.sale))),
    // It leaves something to be paid out.
    ("recordAdjustment", |ids| {
        let body = json!({"customer_id": ids.customer, "type": "credit", "amount": 10_000, "reason": "test"});
        ("/v1/adjustments".to_owned(), body)
    }),
    ("recordRefund", |ids| {
        ("/v1/refunds".to_owned(), json!({"customer_id": ids.customer, "amount": 1, "reason": "test"}))
    }),
    ("reversePayment", |ids| (format!("/v1/payments/{}/reversal", ids.payment), json!({"reason": "test"}))),
    // Of what the payment above has left.
    ("recordAllocation", |ids| {
        let allocations = json!([{"charge_id": ids.order, "amount": 1}]);
        ("/v1/allocations".to_owned(), json!({"customer_id": ids.customer, "allocations": allocations}))
    }),
    ("reverseAdjustment", |ids| (format!("/v1/adjustments/{}/reversal", ids.credit), json!({"reason": "test"}))),
    ("recordStockMovement", |ids| {
        (format!("/v1/products/{}/stock-movements", ids.product), json!({"quantity": 1, "reason": "test"}))
    }),
];

#[test]
fn every_operation_with_a_key_is_tested_with_another_businesss_key() {
    let described: BTreeSet<_> = operations().into_iter().filter(Operation::takes_a_key).map(|one| one.id).collect();
    let tested: BTreeSet<_> = MOVEMENTS.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    assert_eq!(described, tested);
}

#[tokio::test]
async fn the_same_key_in_two_businesses_is_two_keys() {
    let world = IsolationWorld::start().await;
    for (operation, movement) in MOVEMENTS {
        let ((path, body), (their_path, their_body)) = (movement(&world.ours), movement(&world.theirs));
        let key = format!("both-{operation}");
        let theirs = world.their_shop.client.move_with(&key, &their_path, &their_body).await;
        let ours = world.our_shop.client.move_with(&key, &path, &body).await;
        assert!(!theirs.is_replay() && !ours.is_replay(), "{operation}");
        assert_ne!(ours.expect(201)["id"], theirs.expect(201)["id"], "{operation}");
        // Each business gets its own answer again. The other business's request with this key is a different request.
        for (shop, first, path, body) in
            [(&world.our_shop, &ours, &path, &body), (&world.their_shop, &theirs, &their_path, &their_body)]
        {
            let again = shop.client.move_with(&key, path, body).await;
            assert!(again.is_replay(), "{operation}");
            assert_eq!(again.body, first.body, "{operation}");
        }
    }
    world.server.audit().await;
}

/// A key that the other business used, with a body that names its records: no sign of a replay or a conflict.
#[tokio::test]
async fn another_businesss_request_with_our_credentials_finds_nothing() {
    let world = IsolationWorld::start().await;
    for (operation, movement) in MOVEMENTS {
        let (path, body) = movement(&world.theirs);
        let key = format!("theirs-{operation}");
        let stored = world.their_shop.client.move_with(&key, &path, &body).await.expect(201);
        let answer = world.our_shop.client.move_with(&key, &path, &body).await;
        assert!(!answer.is_replay(), "{operation}");
        assert_eq!(answer.status, 404, "{operation}: {}", answer.body);
        assert!(!answer.body.contains(stored["id"].as_str().unwrap()), "{operation}: {}", answer.body);
    }
    world.server.audit().await;
}

#[tokio::test]
async fn external_ids_and_skus_are_unique_within_a_business_only() {
    let world = IsolationWorld::start().await;
    let customer = json!({"name": "x", "credit_limit": 1, "external_id": world.theirs.external_id});
    let product = json!({"name": "x", "sku": world.theirs.sku, "price": 1, "stock": 0});
    for (path, body, theirs) in
        [("/v1/customers", customer, &world.theirs.customer), ("/v1/products", product, &world.theirs.product)]
    {
        let ours = world.our_shop.client.post(path, &body).await.expect(201);
        // Each is told of its own.
        let refused = world.our_shop.client.post(path, &body).await.expect_problem(409, "already_exists");
        assert_eq!(refused["existing_id"], ours["id"], "{path}");
        let refused = world.their_shop.client.post(path, &body).await.expect_problem(409, "already_exists");
        assert_eq!(refused["existing_id"], json!(theirs), "{path}");
    }
    let customer = format!("/v1/customers/{}", world.ours.customer);
    world.our_shop.client.patch(&customer, &json!({"external_id": "theirs-other"})).await.expect(200);
    world.server.audit().await;
}

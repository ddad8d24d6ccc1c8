//! Runs the cases, and proves that every place of every operation has one.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use super::{
    cases::{CASES, WITHOUT_IDS},
    description::{operations, places},
    world::{Ids, IsolationWorld, Sender, visible},
};
use crate::support::client::send;

#[tokio::test]
async fn another_businesss_id_answers_byte_for_byte_as_one_that_does_not_exist() {
    let world = IsolationWorld::start().await;
    for case in CASES {
        let name = format!("{} {}", case.operation, case.place);
        let theirs = send((case.request)(&world, &world.theirs)).await;
        let missing = send((case.request)(&world, &world.missing)).await;
        assert_eq!(visible(&theirs), visible(&missing), "{name}");
        assert_eq!(theirs.header("x-request-id"), Some("isolation-test"), "{name}");
        match case.code {
            Some(code) => drop(theirs.expect_problem(case.status, code)),
            None => drop(theirs.expect(case.status)),
        }
        for trace in world.theirs.traces() {
            assert!(!theirs.body.contains(trace), "{name} shows {trace}: {}", theirs.body);
        }
    }
    // Nothing changed for the other business. With our own ids the same requests succeed. They come last: they write.
    assert_eq!(world.their_shop.balance(&world.theirs.customer).await, 69 + 49 * 100);
    assert_eq!(world.their_shop.stock(&world.theirs.product).await, 999 - 49);
    for (number, case) in CASES.iter().enumerate() {
        let ids = Ids { key: format!("own-{number}"), ..world.ours.clone() };
        let own = send((case.request)(&world, &ids)).await;
        assert_eq!(own.status, case.own_status, "{} {}: {}", case.operation, case.place, own.body);
    }
    world.server.audit().await;
}

#[tokio::test]
async fn a_malformed_id_in_a_path_answers_as_one_that_does_not_exist() {
    let world = IsolationWorld::start().await;
    for case in CASES.iter().filter(|case| case.place.starts_with("path:")) {
        let malformed = send((case.request)(&world, &world.missing.malformed())).await;
        let missing = send((case.request)(&world, &world.missing)).await;
        assert_eq!(visible(&malformed), visible(&missing), "{} {}", case.operation, case.place);
    }
    // The operator may read every business.
    let key = json!({"name": "x", "scopes": ["read"]});
    for (method, path) in [(Method::POST, ""), (Method::GET, ""), (Method::DELETE, "/{key}")] {
        let mut answers = Vec::new();
        for ids in [&world.missing, &world.missing.malformed()] {
            let path = format!("/v1/businesses/{}/api-keys{}", ids.business, path.replace("{key}", &ids.api_key));
            let answer = send(world.request(Sender::Admin, method.clone(), &path).json(&key)).await;
            answer.expect_problem(404, "business_not_found");
            answers.push(visible(&answer));
        }
        assert_eq!(answers[0], answers[1], "{method} {path}");
    }
}

#[test]
fn every_place_of_every_operation_has_its_case() {
    let described: BTreeSet<_> = operations().iter().flat_map(places).collect();
    let covered: BTreeSet<_> = CASES.iter().map(|case| (case.operation.to_owned(), case.place.to_owned())).collect();
    let missing: Vec<_> = described.difference(&covered).collect();
    assert!(missing.is_empty(), "write a case in tests/isolation/http/cases.rs for {missing:?}");
    let gone: Vec<_> = covered.difference(&described).collect();
    assert!(gone.is_empty(), "the API has no such place any more: {gone:?}");
}

#[test]
fn every_operation_has_a_case_or_a_reason_to_have_none() {
    let described: BTreeSet<_> = operations().into_iter().map(|operation| operation.id).collect();
    let with: BTreeSet<_> = CASES.iter().map(|case| case.operation.to_owned()).collect();
    let without: BTreeSet<_> = WITHOUT_IDS.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    assert!(with.is_disjoint(&without), "an operation has either a case or a reason");
    assert_eq!(
        described,
        &with | &without,
        "each operation is in cases.rs, with its cases or with the reason for none"
    );
}

//! A connection that dies during a call for many purchases: each is answered with what happened, and it happened once.

use serde_json::json;

use super::{Counter, ONE_CALL, answers};
use crate::{
    concurrency::crowd::{outcomes, product_row, tally},
    support::{
        fresh_database::FreshDatabase,
        gate::Gate,
        proxy::{Cut, Proxy},
        server::TestServer,
    },
};

async fn behind_a_proxy() -> (Counter, Proxy) {
    let (database, proxy) = (FreshDatabase::installed().await, Proxy::start());
    let url = proxy.url(&database);
    let flags = [&ONE_CALL[..], &["--pool-size=1", "--api-key-cache-ttl=1h"]].concat();
    (Counter::at(TestServer::start_at(database, &url, &flags).await).await, proxy)
}

#[tokio::test]
async fn purchases_whose_shared_connection_dies_are_made_once_and_are_no_replays() {
    let (counter, proxy) = behind_a_proxy().await;
    let customers = counter.customers(12, 1_000).await;
    let beans = counter.shop.product(100, 100).await;
    for (round, cut) in [(0, Cut::BeforeCalls(1)), (1, Cut::AfterCommit)] {
        let (gate, blocker) = counter.shut().await;
        let key = |id: &str| format!("{round}-{id}");
        let buying: Vec<_> = customers.iter().map(|id| counter.buy(&key(id), id, &[(&beans, 1)])).collect();
        counter.until_waiting(12).await;
        if cut == Cut::BeforeCalls(1) {
            proxy.cut(Some(cut));
            gate.open().await;
            blocker.await.unwrap().expect(201);
        } else {
            // The commit to cut is the batch's, not the blocker's.
            let shelf = Gate::at(&counter.server.database, &product_row(&beans)).await;
            gate.open().await;
            blocker.await.unwrap().expect(201);
            shelf.wait_for(1).await;
            proxy.cut(Some(cut));
            shelf.open().await;
        }
        let first = answers(buying).await;
        assert_eq!(tally(&first), outcomes([("created", 12)]));
        assert!(proxy.has_cut());
        for (id, first) in customers.iter().zip(&first) {
            let again = counter.shop.buy_with(&key(id), id, &[(&beans, 1)]).await;
            assert_eq!((again.is_replay(), &again.body), (true, &first.body));
        }
    }
    assert_eq!(counter.shop.stock(&beans).await, 100 - 24);
    counter.server.audit().await;
}

#[tokio::test]
async fn a_database_that_cuts_every_call_is_unavailable_to_all_and_the_keys_tell_later_what_happened() {
    let (counter, proxy) = behind_a_proxy().await;
    let customers = counter.customers(6, 1_000).await;
    let beans = counter.shop.product(100, 100).await;
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    counter.until_waiting(6).await;
    proxy.cut(Some(Cut::BeforeEachCall));
    gate.open().await;
    blocker.await.unwrap().expect(201);
    for refused in answers(buying).await {
        refused.expect_problem(503, "database_unavailable");
    }

    proxy.cut(None);
    for id in &customers {
        let bought = counter.shop.buy_with(id, id, &[(&beans, 1)]).await;
        bought.expect(201);
        assert!(!bought.is_replay());
    }
    assert_eq!(counter.shop.stock(&beans).await, 94);
    counter.server.audit().await;
}

#[tokio::test]
async fn when_the_database_is_gone_every_queued_purchase_is_answered() {
    let (counter, mut proxy) = behind_a_proxy().await;
    let customers = counter.customers(6, 1_000).await;
    let beans = counter.shop.product(100, 100).await;
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    counter.until_waiting(6).await;
    proxy.down().await;
    blocker.await.unwrap().expect_problem(503, "database_unavailable");
    for refused in answers(buying).await {
        refused.expect_problem(503, "database_unavailable");
    }
    counter.until_waiting(0).await;
    gate.open().await;

    proxy.up();
    for id in &customers {
        let bought = counter.shop.buy_with(id, id, &[(&beans, 1)]).await;
        bought.expect(201);
        assert!(!bought.is_replay());
    }
    assert_eq!(counter.shop.stock(&beans).await, 94);
    counter.server.audit().await;
}

#[tokio::test]
async fn purchases_that_were_refused_are_not_made_by_the_first_copy_of_their_call() {
    let (counter, proxy) = behind_a_proxy().await;
    let customers = counter.customers(6, 50).await;
    let beans = counter.shop.product(100, 100).await;
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    counter.until_waiting(6).await;
    proxy.cut(Some(Cut::HoldCall));
    gate.open().await;
    blocker.await.unwrap().expect(201);
    assert_eq!(tally(&answers(buying).await), outcomes([("credit_limit_exceeded", 6)]));

    for id in &customers {
        let path = format!("/v1/customers/{id}");
        counter.shop.client.patch(&path, &json!({"credit_limit": 1_000})).await.expect(200);
    }
    proxy.deliver().await;
    assert_eq!(counter.shop.stock(&beans).await, 100);
    counter.server.audit().await;
}

/// None of them is sent again in a call of its own: that could be refused while the call for all is still on its way.
#[tokio::test]
async fn purchases_whose_shared_session_cannot_be_ended_are_all_answered_503_and_their_keys_replay_later() {
    let (counter, proxy) = behind_a_proxy().await;
    let customers = counter.customers(6, 1_000).await;
    let beans = counter.shop.product(100, 100).await;
    let forbid = "REVOKE EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) FROM PUBLIC";
    counter.server.database.session().await.client().batch_execute(forbid).await.unwrap();
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    counter.until_waiting(6).await;
    proxy.cut(Some(Cut::HoldCall));
    gate.open().await;
    blocker.await.unwrap().expect(201);
    for unknown in answers(buying).await {
        unknown.expect_problem(503, "database_unavailable");
    }

    proxy.deliver().await;
    for id in &customers {
        assert!(counter.shop.buy_with(id, id, &[(&beans, 1)]).await.is_replay());
    }
    assert_eq!(counter.shop.stock(&beans).await, 94);
    counter.server.audit().await;
}

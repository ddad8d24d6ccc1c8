use super::*;
use crate::{db::pool::PoolSettings, domain::Quantity, metrics::Metrics};

/// A handle that is never used: nothing is spawned before its test ends.
fn database() -> Database {
    let url = "postgresql:///none?host=%2Fnowhere&user=nobody".parse().unwrap();
    Database::open(&url, &PoolSettings::default(), Arc::new(Metrics::new())).unwrap()
}

fn purchase(key: &str) -> NewPurchase {
    NewPurchase {
        customer_id: CustomerId::new(),
        lines: vec![crate::db::PurchaseLine {
            product_id: crate::domain::ProductId::new(),
            quantity: Quantity::try_from(1).unwrap(),
        }],
        idempotency_key: key.parse().unwrap(),
    }
}

fn combiner() -> Arc<Combiner> {
    let limits = LaneLimits { calls: 1, turns: 1, waiting: 10, batch_purchases: 10, batch_lines: 10 };
    Combiner::new(CombiningSettings { calls: limits.calls, limits, wait_timeout: Duration::from_secs(1) })
}

/// Somebody whose answer comes as he leaves gives up a place that he no longer has, perhaps in a lane that is gone.
#[tokio::test]
async fn a_place_in_a_lane_that_is_gone_is_nobody_elses() {
    let (combiner, database, business_id) = (combiner(), database(), BusinessId::new());
    let (answer, _answered) = oneshot::channel();
    let ticket = combiner.enqueue(&database, business_id, purchase("first"), answer).unwrap();
    let place = Place { combiner: &combiner, business_id, ticket: Some(ticket) };
    combiner.with_lane(business_id, |lane| {
        let taken = lane.take(&combiner.settings.limits).unwrap();
        lane.decided(taken.entries.iter().map(|entry| entry.customer), taken.wait, Vec::new());
        lane.end_call();
    });
    assert!(combiner.lanes().is_empty(), "an idle lane is forgotten");

    let (answer, mut answered) = oneshot::channel();
    combiner.enqueue(&database, business_id, purchase("second"), answer).unwrap();
    drop(place);

    assert_eq!(combiner.with_lane(business_id, |lane| lane.waiting()), 1);
    assert!(matches!(answered.try_recv(), Err(oneshot::error::TryRecvError::Empty)));
}

#[tokio::test]
async fn nothing_is_remembered_of_who_left_while_he_waited() {
    let (combiner, database, business_id) = (combiner(), database(), BusinessId::new());
    let (answer, mut answered) = oneshot::channel();
    let ticket = combiner.enqueue(&database, business_id, purchase("first"), answer).unwrap();
    drop(Place { combiner: &combiner, business_id, ticket: Some(ticket) });
    assert!(matches!(answered.try_recv(), Err(oneshot::error::TryRecvError::Closed)));
    combiner.with_lane(business_id, PurchaseLane::end_call);
    assert!(combiner.lanes().is_empty());
}

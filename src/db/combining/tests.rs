use super::*;
use crate::{db::connection::PoolSettings, domain::Quantity, metrics::Metrics};

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

/// A call of `business_id` that has begun, with one purchase that waits.
fn begun(
    combiner: &Arc<Combiner>,
    business_id: BusinessId,
) -> (UnderWay, u64, oneshot::Receiver<Result<Recorded<Order>>>) {
    let (answer, answered) = oneshot::channel();
    let ticket = combiner.enqueue(&database(), business_id, purchase("waits"), answer).unwrap();
    let combiner = Arc::clone(combiner);
    (UnderWay { combiner, business_id, customers: Vec::new(), wait: false, over: false }, ticket, answered)
}

const BUSY: PoolError = PoolError::Overloaded { waited: Duration::from_secs(1) };
const GONE: PoolError = PoolError::ConnectTimeout { waited: Duration::from_secs(1) };

#[tokio::test]
async fn while_all_connections_are_busy_a_call_tries_again_for_those_who_still_wait() {
    let (combiner, business_id) = (combiner(), BusinessId::new());
    let (mut call, ticket, mut answered) = begun(&combiner, business_id);
    call.without_connection(&BUSY);
    assert!(!call.over && combiner.waiting() == 1);
    assert!(matches!(answered.try_recv(), Err(oneshot::error::TryRecvError::Empty)));

    combiner.with_lane(business_id, |lane| lane.withdraw(ticket, |_| true)).unwrap();
    call.without_connection(&BUSY);
    assert!(call.over && combiner.lanes().is_empty(), "there is nobody left to try for");
}

#[tokio::test]
async fn without_any_connection_the_last_call_refuses_those_who_wait() {
    let limits = LaneLimits { calls: 2, turns: 2, waiting: 10, batch_purchases: 10, batch_lines: 10 };
    let combiner = Combiner::new(CombiningSettings { calls: 2, limits, wait_timeout: Duration::from_secs(1) });
    let business_id = BusinessId::new();
    let (mut first, _, mut first_answered) = begun(&combiner, business_id);
    let (mut second, _, mut second_answered) = begun(&combiner, business_id);

    first.without_connection(&GONE);
    assert!(first.over && combiner.waiting() == 2, "the other call may have a connection");
    second.without_connection(&GONE);
    assert!(second.over && combiner.lanes().is_empty());
    for answered in [&mut first_answered, &mut second_answered] {
        assert!(matches!(answered.try_recv(), Ok(Err(Error::DatabaseUnavailable(_)))));
    }
}

#[tokio::test]
async fn a_call_that_panics_is_over_and_its_customers_can_buy_again() {
    let (combiner, business_id) = (combiner(), BusinessId::new());
    let (mut call, _, mut answered) = begun(&combiner, business_id);
    let entries = call.take().unwrap();
    let again = NewPurchase { customer_id: entries[0].customer, ..purchase("again") };
    let (answer, _still_there) = oneshot::channel();
    combiner.enqueue(&database(), business_id, again, answer).unwrap();
    drop((entries, call));
    assert!(matches!(answered.try_recv(), Err(oneshot::error::TryRecvError::Closed)));

    let limits = combiner.settings.limits;
    assert!(combiner.with_lane(business_id, |lane| lane.begin_call(&limits) && lane.take(&limits).is_some()));
}

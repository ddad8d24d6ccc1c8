use super::*;
use crate::{
    db::connection::{PoolError, PoolSettings},
    domain::{CustomerId, ProductId, PurchaseLine, Quantity},
    metrics::Metrics,
};

/// A handle that is never used: no worker that a test spawns runs before the test ends.
fn calls() -> CallRunner {
    let url = "postgresql:///none?host=%2Fnowhere&user=nobody".parse().unwrap();
    CallRunner::open(&url, &PoolSettings::default(), Arc::new(Metrics::new())).unwrap()
}

fn purchase(customer_id: CustomerId) -> NewPurchase {
    let line = PurchaseLine::usual(ProductId::new(), Quantity::try_from(1).unwrap());
    NewPurchase::usual(customer_id, vec![line].try_into().unwrap())
}

fn queues_with(workers: usize) -> Arc<PurchaseQueues> {
    let limits = QueueLimits { workers, call_permits: workers, queue_length: 10, batch_purchases: 10, batch_lines: 10 };
    let queue_timeout = Duration::from_secs(1);
    PurchaseQueues::new(PurchaseQueueSettings { limits, queue_timeout })
}

impl PurchaseQueues {
    /// Queues a purchase of a customer of its own.
    fn enqueue_one(self: &Arc<Self>, business_id: BusinessId, key: &str) -> QueueSlot<'_> {
        self.enqueue_this(business_id, key, purchase(CustomerId::new()))
    }

    fn enqueue_this(self: &Arc<Self>, business_id: BusinessId, key: &str, purchase: NewPurchase) -> QueueSlot<'_> {
        let actor = Actor::of_subject("").unwrap();
        self.enqueue(&calls(), business_id, key.parse().unwrap(), actor, purchase).unwrap()
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}

impl QueueSlot<'_> {
    fn answer(&mut self) -> Result<Result<Movement<Order>>, oneshot::error::TryRecvError> {
        self.answered.try_recv()
    }
}

const UNANSWERED: oneshot::error::TryRecvError = oneshot::error::TryRecvError::Empty;

/// A client may disconnect while its answer is on the way. Its ticket then names nothing that is queued, and perhaps the
/// business has another queue by now.
#[tokio::test]
async fn withdrawing_a_purchase_that_was_decided_withdraws_no_other() {
    let (queues, business_id) = (queues_with(1), BusinessId::new());
    let first = queues.enqueue_one(business_id, "first");
    queues.with_queue(business_id, |queue| {
        let (_batch, token) = queue.take_next(&queues.settings.limits).unwrap();
        queue.finish(token, Vec::new());
        queue.end_worker();
    });
    assert!(queues.is_empty(), "an idle queue is forgotten");

    let mut second = queues.enqueue_one(business_id, "second");
    drop(first);

    assert_eq!(queues.len(), 1);
    assert_eq!(second.answer().unwrap_err(), UNANSWERED);
}

#[tokio::test]
async fn a_purchase_whose_client_disconnects_leaves_nothing_in_the_queue() {
    let (queues, business_id) = (queues_with(1), BusinessId::new());
    drop(queues.enqueue_one(business_id, "first"));
    assert_eq!(queues.len(), 0);
    queues.with_queue(business_id, BusinessQueue::end_worker);
    assert!(queues.is_empty());
}

/// A worker that puts the purchase back looks under the lock whether its client has disconnected. So the client must have
/// said so before it waits for that lock.
#[tokio::test]
async fn a_client_that_disconnects_closes_its_answer_before_it_withdraws() {
    let (queues, business_id) = (queues_with(1), BusinessId::new());
    let slot = queues.enqueue_one(business_id, "first");
    let (batch, token) = queues.with_queue(business_id, |queue| queue.take_next(&queues.settings.limits)).unwrap();
    std::thread::scope(|scope| {
        let lock = queues.lock();
        scope.spawn(|| drop(slot));
        let began = Instant::now();
        while !batch.purchases[0].answer.is_closed() && began.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
        assert!(batch.purchases[0].answer.is_closed());
        drop(lock);
    });
    queues.with_queue(business_id, |queue| queue.finish(token, Vec::new()));
}

const BUSY: PoolError = PoolError::Overloaded { waited: Duration::from_secs(1) };
const GONE: PoolError = PoolError::ConnectTimeout { waited: Duration::from_secs(1) };

#[tokio::test]
async fn while_all_connections_are_busy_a_worker_tries_again_for_purchases_that_are_still_queued() {
    let (queues, business_id) = (queues_with(1), BusinessId::new());
    let mut slot = queues.enqueue_one(business_id, "first");
    let mut worker = Worker::new(&queues, &calls(), business_id);
    worker.without_connection(&BUSY);
    assert!(!worker.ended && queues.len() == 1);
    assert_eq!(slot.answer().unwrap_err(), UNANSWERED);

    assert!(slot.withdraw_untried());
    worker.without_connection(&BUSY);
    assert!(worker.ended && queues.is_empty(), "there is nobody left to try for");
}

#[tokio::test]
async fn without_any_connection_the_last_worker_refuses_all_that_is_queued() {
    let (queues, business_id) = (queues_with(2), BusinessId::new());
    let mut slots = [queues.enqueue_one(business_id, "first"), queues.enqueue_one(business_id, "second")];
    let [mut first, mut second] = [(); 2].map(|()| Worker::new(&queues, &calls(), business_id));

    first.without_connection(&GONE);
    assert!(first.ended && queues.len() == 2, "the other worker may have a connection");
    second.without_connection(&GONE);
    assert!(second.ended && queues.is_empty());
    for slot in &mut slots {
        assert!(matches!(slot.answer(), Ok(Err(Error::DatabaseUnavailable(_)))));
    }
}

#[tokio::test]
async fn a_worker_that_panics_has_ended_and_its_customers_can_buy_again() {
    let (queues, business_id) = (queues_with(1), BusinessId::new());
    let mut slot = queues.enqueue_one(business_id, "first");
    let mut worker = Worker::new(&queues, &calls(), business_id);
    assert!(worker.plan().is_some());
    let batch = worker.take().unwrap();
    let same_customer = purchase(batch.purchases[0].purchase.customer_id);
    let _again = queues.enqueue_this(business_id, "again", same_customer);
    drop((batch, worker));
    assert_eq!(slot.answer().unwrap_err(), oneshot::error::TryRecvError::Closed);

    let limits = queues.settings.limits;
    let (_batch, token) = queues
        .with_queue(business_id, |queue| if queue.start_worker(&limits) { queue.take_next(&limits) } else { None })
        .unwrap();
    queues.with_queue(business_id, |queue| queue.finish(token, Vec::new()));
}

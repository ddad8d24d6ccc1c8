use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use super::*;
use crate::{domain::BusinessId, metrics::TextFormat};

/// One permit, and one call of a business may wait for it.
fn gate_with(wait_timeout: Duration) -> Gate {
    let limits = GateLimits { queue_length: 1, ..GateLimits::for_pool(1, 1, None) };
    Gate::new(limits, wait_timeout, Arc::new(Metrics::new()))
}

fn gate() -> Gate {
    gate_with(Duration::from_mins(1))
}

#[expect(clippy::unnecessary_wraps, reason = "the platform is a caller, too")]
fn anyone() -> Caller {
    Some(BusinessId::new())
}

impl Gate {
    fn counts(&self) -> (usize, usize) {
        let (given, waiting) = self.status();
        (given[Class::Quick], waiting[Class::Quick])
    }
}

/// Polls a future once, which must not be ready.
async fn start(mut future: std::pin::Pin<&mut impl Future>) {
    let is_pending = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await;
    assert!(is_pending);
}

#[tokio::test]
async fn a_permit_that_comes_back_goes_to_the_call_that_waits() {
    let gate = gate();
    let permit = gate.enter(anyone(), Class::Quick).await.unwrap();
    let mut waiting = pin!(gate.enter(anyone(), Class::Quick));
    start(waiting.as_mut()).await;
    assert_eq!(gate.counts(), (1, 1));
    drop(permit);
    assert_eq!(gate.counts(), (1, 0), "it is on its way");
    let permit = waiting.await.unwrap();
    assert_eq!(gate.counts(), (1, 0));
    drop(permit);
    assert_eq!(gate.counts(), (0, 0));
}

#[tokio::test]
async fn a_call_beyond_its_businesss_queue_is_refused_at_once_and_a_call_of_another_waits() {
    let (gate, business) = (gate(), anyone());
    let _permit = gate.enter(None, Class::Quick).await.unwrap();
    let mut first = pin!(gate.enter(business, Class::Quick));
    start(first.as_mut()).await;
    assert!(matches!(gate.enter(business, Class::Quick).await, Err(Error::Overloaded)));
    let mut other = pin!(gate.enter(anyone(), Class::Quick));
    start(other.as_mut()).await;
    // A worker is never refused.
    let mut worker = pin!(gate.enter_patiently(business, Class::Quick));
    start(worker.as_mut()).await;
    assert_eq!(gate.counts(), (1, 3));
}

#[tokio::test]
async fn a_call_that_waits_for_too_long_is_refused_and_gives_its_place_back() {
    let gate = gate_with(Duration::ZERO);
    let permit = gate.enter(anyone(), Class::Quick).await.unwrap();
    assert!(matches!(gate.enter(anyone(), Class::Quick).await, Err(Error::Overloaded)));
    assert_eq!(gate.counts(), (1, 0));
    drop(permit);
    assert_eq!(gate.counts(), (0, 0));
}

#[tokio::test]
async fn a_client_that_goes_away_while_it_waits_gives_its_place_back() {
    let gate = gate();
    let permit = gate.enter(anyone(), Class::Quick).await.unwrap();
    {
        let mut waiting = pin!(gate.enter(anyone(), Class::Quick));
        start(waiting.as_mut()).await;
        assert_eq!(gate.counts(), (1, 1));
    }
    assert_eq!(gate.counts(), (1, 0));
    drop(permit);
    assert_eq!(gate.counts(), (0, 0));
}

/// It goes away after the permit was sent to it, and before it has looked.
#[tokio::test]
async fn a_client_that_goes_away_with_its_permit_on_the_way_gives_it_to_the_next() {
    let gate = gate();
    let permit = gate.enter(anyone(), Class::Quick).await.unwrap();
    let mut next = pin!(gate.enter(anyone(), Class::Quick));
    {
        let mut leaving = pin!(gate.enter(anyone(), Class::Quick));
        start(leaving.as_mut()).await;
        start(next.as_mut()).await;
        drop(permit);
        assert_eq!(gate.counts(), (1, 1));
    }
    assert_eq!(gate.counts(), (1, 0));
    let permit = next.await.unwrap();
    drop(permit);
    assert_eq!(gate.counts(), (0, 0));
}

#[tokio::test]
async fn what_waits_is_measured_by_class() {
    let metrics = Arc::new(Metrics::new());
    let gate = Gate::new(GateLimits::for_pool(1, 1, None), Duration::from_mins(1), Arc::clone(&metrics));
    let permit = gate.enter(anyone(), Class::Heavy).await.unwrap();
    let mut waiting = pin!(gate.enter(anyone(), Class::Quick));
    start(waiting.as_mut()).await;
    drop(permit);
    drop(waiting.await.unwrap());
    let text = metrics.render(TextFormat::OpenMetrics).unwrap();
    for class in ["heavy", "quick"] {
        let line = format!(r#"tallystick_call_wait_seconds_count{{class="{class}"}} 1"#);
        assert!(text.contains(&line), "{line} is missing from:\n{text}");
    }
}

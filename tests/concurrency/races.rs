//! Random requests at once: whatever meets, the outcome is a serial one ([`super::history`] says what that is).

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::SeqCst},
};

use futures_util::future::join_all;
use rand::rngs::StdRng;
use tokio::sync::Barrier;

use super::{
    actions::Action,
    cast::{Cast, Played},
    crowd::Crowd,
    history::{Event, explain},
    mix::{Kind, Mix},
    model::ModelState,
};
use crate::support::{seed, shop::Shop};

const CLIENTS: usize = 16;
const REQUESTS_OF_A_CLIENT: usize = 6;
const ROUNDS: usize = 3;
const CREDIT_LIMITS: [i64; 2] = [1_000, 600];
/// Open charges are looked at when all is over: while charges are being made, nobody can tell which id is whose.
const EVERYTHING: [(Kind, usize); 18] = [
    (Kind::Buy, 12),
    (Kind::Pay, 2),
    (Kind::Settle, 4),
    (Kind::Fee, 1),
    (Kind::Credit, 1),
    (Kind::WriteOff, 1),
    (Kind::Refund, 1),
    (Kind::Reverse, 3),
    (Kind::Allocate, 3),
    (Kind::Return, 4),
    (Kind::Restock, 2),
    (Kind::Correct, 2),
    (Kind::SetLimit, 2),
    (Kind::SetBlocked, 2),
    (Kind::SetPrice, 2),
    (Kind::SetBackorderLimit, 2),
    (Kind::SeeCustomer, 2),
    (Kind::SeeProduct, 2),
];
const PRICES_AND_STOCKS: [(i64, i64); 3] = [(90, 40), (35, 25), (150, 12)];

/// Has the clients of a crowd ask for what the mix holds, and looks for the order that explains their answers.
async fn race(kinds: &[(Kind, usize)]) {
    race_in(Crowd::gather().await, kinds).await;
}

async fn race_in(crowd: Crowd, kinds: &[(Kind, usize)]) {
    let mut rng = seed::new_random();
    let mut mix = Mix::of(kinds, CREDIT_LIMITS.len(), PRICES_AND_STOCKS.len());
    mix.one_shared_key_in = 6;
    let mut world = ModelState::new(&CREDIT_LIMITS, &PRICES_AND_STOCKS);
    let cast = Arc::new(Cast::of(crowd.shop(), &world).await);
    for _ in 0..ROUNDS {
        mix.look_at(&world);
        world = round(&crowd, &cast, &world, &mut mix, &mut rng).await;
        cast.expect_world(&world).await;
    }
    crowd.disperse().await;
}

/// One round of requests: the world after it.
async fn round(crowd: &Crowd, cast: &Arc<Cast>, world: &ModelState, mix: &mut Mix, rng: &mut StdRng) -> ModelState {
    let (clock, start) = (Arc::new(AtomicU64::new(0)), Arc::new(Barrier::new(CLIENTS)));
    let clients = (0..CLIENTS).map(|client| {
        let actions: Vec<_> = (0..REQUESTS_OF_A_CLIENT).map(|_| mix.draw(rng)).collect();
        let (cast, shop, clock, start) = (cast.clone(), crowd.shop_of(client), clock.clone(), start.clone());
        tokio::spawn(async move {
            start.wait().await;
            ask(&cast, &shop, &clock, actions).await
        })
    });
    let clients: Vec<_> = clients.collect();
    // The books balance at every moment, and not only afterwards.
    crowd.audit().await;
    let mut history = Vec::new();
    for asked in join_all(clients).await {
        history.extend(asked.unwrap());
    }
    // What is there at the end is part of what has to be explained.
    history.extend(ask(cast, crowd.shop(), &clock, world.everything()).await);
    explain(world, &with_entries(cast, history).await).unwrap_or_else(|report| panic!("{report}"))
}

/// One client's requests, one after the other, with the times at which each was sent and answered.
async fn ask(cast: &Cast, shop: &Shop, clock: &AtomicU64, actions: Vec<Action>) -> Vec<(Event, Option<String>)> {
    let mut asked = Vec::new();
    for action in actions {
        let sent = clock.fetch_add(1, SeqCst);
        let Played { outcome, record } = cast.play(shop, &action).await;
        let answered = clock.fetch_add(1, SeqCst);
        let (id, created_at) = record.unzip();
        asked.push((Event { action, outcome, sent, answered, created_at, entry: None }, id));
    }
    asked
}

/// The events with what the ledgers hold of them.
async fn with_entries(cast: &Cast, history: Vec<(Event, Option<String>)>) -> Vec<Event> {
    let mut entries = std::collections::HashMap::new();
    for customer in 0..CREDIT_LIMITS.len() {
        entries.extend(cast.ledger(customer).await);
    }
    let with_entry = |(event, id): (Event, Option<String>)| {
        let entry = id.and_then(|id| entries.get(&id).cloned());
        Event { entry, ..event }
    };
    history.into_iter().map(with_entry).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchases_racing_payments_have_a_serial_outcome() {
    race(&[(Kind::Buy, 6), (Kind::Pay, 4), (Kind::SeeCustomer, 2)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchases_racing_limit_changes_have_a_serial_outcome() {
    race(&[(Kind::Buy, 6), (Kind::SetLimit, 3), (Kind::Pay, 1), (Kind::SeeCustomer, 1)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchases_racing_price_changes_have_a_serial_outcome() {
    race(&[(Kind::Buy, 6), (Kind::SetPrice, 3), (Kind::Pay, 2), (Kind::SeeProduct, 1)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchases_racing_restocks_and_corrections_have_a_serial_outcome() {
    race(&[(Kind::Buy, 6), (Kind::Restock, 2), (Kind::Correct, 2), (Kind::Pay, 2), (Kind::SeeProduct, 1)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchases_racing_blocks_have_a_serial_outcome() {
    race(&[(Kind::Buy, 6), (Kind::SetBlocked, 3), (Kind::Pay, 2), (Kind::SeeCustomer, 1)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn returns_racing_payments_reversals_allocations_and_returns_have_a_serial_outcome() {
    let kinds = [
        (Kind::Buy, 4),
        (Kind::Return, 6),
        (Kind::Settle, 4),
        (Kind::Reverse, 3),
        (Kind::Allocate, 3),
        (Kind::SeeProduct, 1),
    ];
    race(&kinds).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_once_has_a_serial_outcome() {
    race(&EVERYTHING).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_once_has_a_serial_outcome_with_purchases_combined_too() {
    race_in(Crowd::gather_to_combine().await, &EVERYTHING).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn combined_purchases_racing_payments_and_restocks_have_a_serial_outcome() {
    let kinds = [(Kind::Buy, 12), (Kind::Pay, 2), (Kind::Restock, 1), (Kind::SeeCustomer, 1)];
    race_in(Crowd::gather_to_combine().await, &kinds).await;
}

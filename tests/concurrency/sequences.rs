//! Random requests one after the other: every answer is the model's, figures included.

use std::collections::VecDeque;

use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use tallystick::domain::MAX_SAFE_INTEGER;

use super::{
    actions::{Action, Outcome, Refusal},
    cast::Cast,
    mix::{Kind, Mix},
    model::ModelState,
};
use crate::support::{seed, server::TestServer};

const STEPS: usize = 200;
const CREDIT_LIMITS: [i64; 3] = [1_000, 600, MAX_SAFE_INTEGER];
const PRICES_AND_STOCKS: [(i64, i64); 4] = [(90, 40), (35, 25), (0, 12), (150, 0)];
/// What figures are likely to be wrong at.
const EXTREMES: [i64; 4] = [1, i32::MAX as i64, MAX_SAFE_INTEGER - 1, MAX_SAFE_INTEGER];
/// The largest quantity of a line.
const MAX_QUANTITY: i64 = i32::MAX as i64;

/// Plays a random sequence beside the model.
async fn play(server: &TestServer, mut rng: StdRng) {
    let mut world = ModelState::new(&CREDIT_LIMITS, &PRICES_AND_STOCKS);
    let cast = Cast::of(&server.shop().await, &world).await;
    let mut mix = mix();
    let mut played: Vec<Action> = Vec::new();
    let mut planned: VecDeque<Action> = VecDeque::new();
    for step in 0..STEPS {
        mix.look_at(&world);
        let action = planned.pop_front().unwrap_or_else(|| match played.choose(&mut rng) {
            // The same request under the same key, some time later.
            Some(earlier) if rng.random_ratio(1, 12) => earlier.clone(),
            _ => strange(mix.draw(&mut rng), &mut rng),
        });
        let expected = world.apply(&action);
        let outcome = cast.play(cast.shop(), &action).await.outcome;
        assert_eq!(outcome, expected, "step {step}: {action:?}");
        if let Outcome::Refused(refusal) = &outcome
            && rng.random_ratio(1, 2)
        {
            planned.extend(nearly(refusal, &action, &mut mix, &mut rng));
        }
        played.push(action);
        // What a refusal says of a customer or product is true of what is shown of it.
        if matches!(outcome, Outcome::Refused(_)) && rng.random_ratio(1, 10) {
            cast.expect_world(&world).await;
        }
    }
    cast.expect_world(&world).await;
}

/// Mostly purchases; customers and products of which the last does not exist; keys that meet now and then.
fn mix() -> Mix {
    let kinds = [
        (Kind::Buy, 12),
        (Kind::Pay, 4),
        (Kind::Settle, 4),
        (Kind::Fee, 2),
        (Kind::Credit, 2),
        (Kind::WriteOff, 2),
        (Kind::Refund, 2),
        (Kind::Reverse, 3),
        (Kind::Allocate, 3),
        (Kind::Return, 5),
        (Kind::SeeOpenCharges, 1),
        (Kind::Restock, 4),
        (Kind::Correct, 2),
        (Kind::SetLimit, 2),
        (Kind::SetBlocked, 2),
        (Kind::SetPrice, 2),
        (Kind::SetBackorderLimit, 2),
        (Kind::SeeCustomer, 1),
        (Kind::SeeProduct, 1),
    ];
    let mut mix = Mix::of(&kinds, CREDIT_LIMITS.len() + 1, PRICES_AND_STOCKS.len() + 1);
    mix.one_shared_key_in = 12;
    mix
}

/// What brings a refused request to where it is just accepted, or just not; and the request again.
fn nearly(refusal: &Refusal, action: &Action, mix: &mut Mix, rng: &mut StdRng) -> Vec<Action> {
    let missing = rng.random_range(0..=1);
    let mut plan: Vec<_> = match (refusal, action) {
        (Refusal::CreditLimitExceeded { balance, required, .. }, Action::Buy { customer, .. }) => {
            let credit_limit = (balance + required - missing).clamp(0, MAX_SAFE_INTEGER);
            vec![Action::SetLimit { customer: *customer, credit_limit }]
        }
        (Refusal::InsufficientStock(shortages), _) => shortages
            .iter()
            .map(|&(product, requested, available)| (product, requested - available - missing))
            .filter(|(_, quantity)| *quantity != 0)
            .map(|(product, quantity)| Action::MoveStock { key: mix.new_key(), product, quantity })
            .collect(),
        _ => return Vec::new(),
    };
    plan.push(action.clone());
    plan
}

/// Now and then, an action with a figure at its bound.
fn strange(action: Action, rng: &mut StdRng) -> Action {
    if !rng.random_ratio(1, 10) {
        return action;
    }
    let extreme = *EXTREMES.choose(rng).unwrap();
    match action {
        Action::Buy { key, customer, mut lines } => {
            lines[0].1 = extreme.min(MAX_QUANTITY);
            Action::Buy { key, customer, lines }
        }
        Action::Pay { key, customer, .. } => Action::Pay { key, customer, amount: extreme },
        Action::Refund { key, customer, .. } => Action::Refund { key, customer, amount: extreme },
        Action::MoveStock { key, product, quantity } => {
            Action::MoveStock { key, product, quantity: extreme * quantity.signum() }
        }
        Action::SetLimit { customer, .. } => Action::SetLimit { customer, credit_limit: extreme },
        Action::SetBackorderLimit { product, .. } => Action::SetBackorderLimit { product, limit: extreme },
        Action::SetPrice { product, .. } => Action::SetPrice { product, price: extreme },
        other => other,
    }
}

#[tokio::test]
async fn every_answer_in_a_sequence_is_the_models() {
    let server = TestServer::start().await;
    for seed in 1..=4 {
        play(&server, seed::random(seed)).await;
    }
    server.audit().await;
}

#[tokio::test]
async fn every_answer_in_a_new_sequence_is_the_models() {
    let server = TestServer::start().await;
    play(&server, seed::new_random()).await;
    server.audit().await;
}

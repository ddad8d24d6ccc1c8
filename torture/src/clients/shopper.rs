//! One client: sends one request after the other. If it gets no answer, it sends the request again or gives up.

use std::{sync::Arc, time::Duration};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{choice, line::Line, traffic::Traffic};
use crate::history::{Action, Answer, Request};

/// A client.
pub struct Shopper {
    traffic: Arc<Traffic>,
    business: usize,
    rng: ChaCha8Rng,
    line: Line,
    /// A second connection, for sending the same request twice at once.
    second_line: Line,
    written: Vec<Request>,
}

impl Shopper {
    /// A client of `business`, whose choices follow from `rng`.
    pub fn new(traffic: &Arc<Traffic>, business: usize, rng: ChaCha8Rng) -> Self {
        let (line, second_line) = (Line::new(traffic), Line::new(traffic));
        Self { traffic: Arc::clone(traffic), business, rng, line, second_line, written: Vec::new() }
    }

    /// Works until all clients are told to finish, and hands in its history.
    pub async fn run(mut self) {
        while !self.traffic.is_over() {
            let action = choice::choose(&self.traffic, self.business, &mut self.rng);
            self.see_through(&action).await;
        }
        self.traffic.hand_in(self.written);
    }

    /// Does one thing.
    async fn see_through(&mut self, action: &Action) {
        let has_key = action.key().is_some();
        if has_key && self.rng.random_bool(0.04) {
            self.send_twice_at_once(action).await;
            return;
        }
        loop {
            let is_known = self.send(action).await != Answer::Unknown;
            if is_known || self.traffic.is_over() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(self.rng.random_range(10..120))).await;
            if !has_key || self.rng.random_bool(0.08) {
                break;
            }
        }
        if has_key && self.rng.random_bool(0.03) {
            self.send(action).await;
        }
        let was_accepted = self.written.last().is_some_and(|request| request.answer.is_acceptance());
        if has_key && was_accepted && self.rng.random_bool(0.02) {
            self.send(&altered(action)).await;
        }
    }

    /// If no server is up, the outcome counts as unknown.
    async fn send(&mut self, action: &Action) -> Answer {
        let request = self.line.send(&self.traffic, self.business, action, &mut self.rng).await;
        let answer = request.as_ref().map_or(Answer::Unknown, |request| request.answer.clone());
        self.write_down(request);
        answer
    }

    async fn send_twice_at_once(&mut self, action: &Action) {
        let mut other_rng = self.rng.clone();
        let (one, two) = tokio::join!(
            self.line.send(&self.traffic, self.business, action, &mut self.rng),
            self.second_line.send(&self.traffic, self.business, action, &mut other_rng),
        );
        self.write_down(one);
        self.write_down(two);
    }

    fn write_down(&mut self, request: Option<Request>) {
        if let Some(request) = request {
            self.traffic.learn(&request, &mut self.rng);
            self.written.push(request);
        }
    }
}

/// Another request under the same key.
fn altered(action: &Action) -> Action {
    let mut action = action.clone();
    match &mut action {
        Action::Purchase { items, .. } => items[0].quantity += 1,
        Action::Payment { amount, .. } | Action::Adjust { amount, .. } | Action::Refund { amount, .. } => *amount += 1,
        Action::Return { lines, .. } => lines[0].quantity += 1,
        Action::Allocate { named, .. } => named[0].amount = altered_amount(named[0].amount),
        Action::Reverse { key, entry, .. } => {
            // What is named here belongs to no customer, and that does not matter: the server looks the key up first.
            action = Action::Refund { key: *key, customer: *entry, amount: 1 };
        }
        Action::Restock { quantity, .. } => *quantity = altered_amount(*quantity),
        _ => {}
    }
    action
}

/// One more, and never 0.
fn altered_amount(amount: i64) -> i64 {
    if amount == -1 { 1 } else { amount + 1 }
}

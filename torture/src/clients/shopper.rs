//! One client: does one thing after the other, tries again while it does not know what became of it, or gives up.

use std::{sync::Arc, time::Duration};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{choice, connection::Connection, traffic::Traffic, wire};
use crate::history::{Action, Answer, Request};

/// A client.
pub struct Shopper {
    traffic: Arc<Traffic>,
    business: usize,
    rng: ChaCha8Rng,
    line: Line,
    /// For sending the same at the same moment.
    second_line: Line,
    written: Vec<Request>,
}

/// A client's number and its connection, while it has one.
struct Line {
    client: u32,
    connection: Option<Connection>,
}

impl Shopper {
    /// A client of `business`, whose choices follow from `rng`.
    pub fn new(traffic: &Arc<Traffic>, business: usize, rng: ChaCha8Rng) -> Self {
        let line = || Line { client: traffic.new_client(), connection: None };
        let (line, second_line) = (line(), line());
        Self { traffic: Arc::clone(traffic), business, rng, line, second_line, written: Vec::new() }
    }

    /// Goes on until everybody is told to finish, and hands in what it has written down.
    pub async fn run(mut self) {
        while !self.traffic.is_over() {
            let action = choice::choose(&self.traffic, self.business, &mut self.rng);
            self.see_through(&action).await;
        }
        self.traffic.hand_in(self.written);
    }

    /// Does one thing.
    async fn see_through(&mut self, action: &Action) {
        let has_key = key_of(action).is_some();
        if has_key && self.rng.random_bool(0.04) {
            self.send_twice_at_once(action).await;
            return;
        }
        loop {
            let is_known = self.send(action).await != Answer::Unknown;
            if is_known || !has_key || self.traffic.is_over() || self.rng.random_bool(0.08) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(self.rng.random_range(10..120))).await;
        }
        if has_key && self.rng.random_bool(0.03) {
            self.send(action).await;
        }
        let was_accepted = self.written.last().is_some_and(|request| is_accepted(&request.answer));
        if has_key && was_accepted && self.rng.random_bool(0.02) {
            self.send(&altered(action)).await;
        }
    }

    async fn send(&mut self, action: &Action) -> Answer {
        let token = &self.traffic.cast.tokens[self.business];
        let request = self.line.send(&self.traffic, self.business, action, token, &mut self.rng).await;
        let answer = request.answer.clone();
        self.traffic.learn(&request, &mut self.rng);
        self.written.push(request);
        answer
    }

    async fn send_twice_at_once(&mut self, action: &Action) {
        let token = &self.traffic.cast.tokens[self.business];
        let mut other_rng = self.rng.clone();
        let (one, two) = tokio::join!(
            self.line.send(&self.traffic, self.business, action, token, &mut self.rng),
            self.second_line.send(&self.traffic, self.business, action, token, &mut other_rng),
        );
        for request in [one, two] {
            self.traffic.learn(&request, &mut self.rng);
            self.written.push(request);
        }
    }
}

impl Line {
    async fn send(
        &mut self,
        traffic: &Traffic,
        business: usize,
        action: &Action,
        token: &str,
        rng: &mut ChaCha8Rng,
    ) -> Request {
        // Whoever drains a server takes it off the list first.
        let stays = |connection: &mut Connection| traffic.is_current(connection.address()) && !rng.random_bool(0.001);
        let mut connection = self.connection.take_if(stays);
        while connection.is_none() && !traffic.is_over() {
            connection = connect(traffic, rng).await;
        }
        let call = wire::call(action, token);
        let sent = traffic.now();
        let answer = match connection.as_mut() {
            Some(line) => match line.send(&call).await {
                Ok(reply) => wire::answer(action, &reply),
                Err(_) => {
                    connection = None;
                    Answer::Unknown
                }
            },
            None => Answer::Unknown,
        };
        self.connection = connection;
        Request { client: self.client, business, sent, answered: traffic.now(), action: action.clone(), answer }
    }
}

async fn connect(traffic: &Traffic, rng: &mut ChaCha8Rng) -> Option<Connection> {
    if let Some(address) = traffic.any_address(rng)
        && let Ok(connection) = Connection::open(address).await
    {
        return Some(connection);
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
    None
}

/// Whether it takes an idempotency key.
pub fn key_of(action: &Action) -> Option<crate::history::Key> {
    match action {
        Action::Purchase { key, .. } | Action::Payment { key, .. } | Action::Restock { key, .. } => Some(*key),
        _ => None,
    }
}

fn is_accepted(answer: &Answer) -> bool {
    matches!(answer, Answer::Purchased { .. } | Answer::Paid { .. } | Answer::Restocked { .. })
}

/// Another request under the same key.
fn altered(action: &Action) -> Action {
    let mut action = action.clone();
    match &mut action {
        Action::Purchase { items, .. } => items[0].quantity += 1,
        Action::Payment { amount, .. } => *amount += 1,
        Action::Restock { quantity, .. } => *quantity += if *quantity == -1 { 2 } else { 1 },
        _ => {}
    }
    action
}

//! A client's number and its connection: whatever it sends becomes a request of the history.

use std::net::SocketAddr;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{connection::Connection, traffic::Traffic, wire};
use crate::history::{Action, Answer, Request};

/// A client's line to whichever server it has reached.
pub struct Line {
    client: u32,
    /// The only server that it goes to, if it is not to choose.
    server: Option<SocketAddr>,
    connection: Option<Connection>,
}

impl Line {
    /// A new client's.
    pub fn new(traffic: &Traffic) -> Self {
        Self { client: traffic.new_client(), server: None, connection: None }
    }

    /// A new client's that goes to one server only.
    pub fn to(traffic: &Traffic, server: SocketAddr) -> Self {
        Self { server: Some(server), ..Self::new(traffic) }
    }

    /// Sends for a business. Nothing, if no server could be reached: then nothing was sent.
    pub async fn send(
        &mut self,
        traffic: &Traffic,
        business: usize,
        action: &Action,
        rng: &mut ChaCha8Rng,
    ) -> Option<Request> {
        // A server that is about to stop is removed from the list first. At times a client changes the server by itself.
        let is_kept = |connection: &mut Connection| traffic.is_current(connection.address()) && !rng.random_bool(0.001);
        let mut connection = match self.connection.take_if(is_kept) {
            Some(connection) => connection,
            None => Connection::open(self.server.or_else(|| traffic.any_address(rng))?).await.ok()?,
        };
        let call = wire::call(action, &traffic.cast.tokens[business]);
        let sent = traffic.now();
        let reply = connection.send(&call).await;
        let answered = traffic.now();
        let answer = reply.as_ref().map_or(Answer::Unknown, |reply| wire::answer(action, reply));
        if matches!(answer, Answer::Purchased { replayed: false, .. }) {
            traffic.accepted_by(connection.address(), sent);
        }
        // After a failure, the next bytes on the connection may belong to an earlier answer.
        self.connection = reply.is_ok().then_some(connection);
        Some(Request { client: self.client, business, sent, answered, action: action.clone(), answer })
    }
}

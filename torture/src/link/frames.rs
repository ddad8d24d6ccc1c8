//! Finds the messages of PostgreSQL's protocol 3 in what goes through, and among them the calls that write.

use std::collections::HashMap;

use bytes::{Buf, BytesMut};

/// Functions whose calls write, as the statements name them.
const WRITING: [&str; 11] = [
    "purchase_batch",
    "payment_record",
    "return_record",
    "allocation_record",
    "reversal_record",
    "adjustment_record",
    "refund_record",
    "stock_movement_record",
    "customer_update",
    "product_update",
    "_create",
];

/// What a message means for a call that writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// Its parameters: the call is on its way.
    Call,
    /// `ReadyForQuery`: the transaction is over.
    Done,
}

/// One direction of a connection.
#[derive(Default)]
pub(super) struct Frames {
    /// A client's first message has no type.
    has_started: bool,
    rest: BytesMut,
    /// Whether the prepared statement of a name writes.
    writes: HashMap<Vec<u8>, bool>,
}

impl Frames {
    pub(super) fn from_server() -> Self {
        Self { has_started: false, ..Self::default() }
    }

    pub(super) fn from_postgres() -> Self {
        Self { has_started: true, ..Self::default() }
    }

    /// The events of the messages that are whole with this chunk.
    pub(super) fn add(&mut self, chunk: &[u8]) -> Vec<Event> {
        self.rest.extend_from_slice(chunk);
        let mut events = Vec::new();
        while let Some((kind, body)) = self.next() {
            events.extend(self.event(kind, &body));
        }
        events
    }

    fn next(&mut self) -> Option<(u8, BytesMut)> {
        let type_bytes = usize::from(self.has_started);
        let length = self.rest.get(type_bytes..type_bytes + 4)?;
        let length = usize::try_from(u32::from_be_bytes(length.try_into().ok()?)).ok()?;
        let whole = type_bytes + length;
        if self.rest.len() < whole {
            return None;
        }
        let mut message = self.rest.split_to(whole);
        let kind = if self.has_started { message[0] } else { 0 };
        self.has_started = true;
        message.advance(type_bytes + 4);
        Some((kind, message))
    }

    fn event(&mut self, kind: u8, body: &[u8]) -> Option<Event> {
        match kind {
            // Parse: the statement's name, then its text.
            b'P' => {
                let mut parts = body.splitn(3, |byte| *byte == 0);
                let (name, text) = (parts.next()?, parts.next()?);
                let text = String::from_utf8_lossy(text);
                self.writes.insert(name.to_owned(), WRITING.iter().any(|function| text.contains(function)));
                None
            }
            // Bind: the portal's name, then the statement's.
            b'B' => {
                let name = body.splitn(3, |byte| *byte == 0).nth(1)?;
                self.writes.get(name).copied().unwrap_or_default().then_some(Event::Call)
            }
            b'Z' => Some(Event::Done),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind][..], &length.to_be_bytes(), body].concat()
    }

    fn conversation() -> Vec<u8> {
        let startup = [0, 0, 0, 8, 0, 3, 0, 0].to_vec();
        let parse_write = message(b'P', b"s1\0SELECT tallystick.payment_record($1)\0\0\0");
        let parse_read = message(b'P', b"s2\0SELECT tallystick.customer_get($1)\0\0\0");
        let (bind_read, bind_write) = (message(b'B', b"\0s2\0\0\0"), message(b'B', b"\0s1\0\0\0"));
        [startup, parse_write, parse_read, bind_read, bind_write].concat()
    }

    #[test]
    fn only_the_parameters_of_a_writing_call_are_one() {
        assert_eq!(Frames::from_server().add(&conversation()), [Event::Call]);
    }

    #[test]
    fn messages_are_found_however_they_are_cut_into_chunks() {
        let conversation = conversation();
        for size in 1..conversation.len() {
            let mut frames = Frames::from_server();
            let events: Vec<_> = conversation.chunks(size).flat_map(|chunk| frames.add(chunk)).collect();
            assert_eq!(events, [Event::Call], "in chunks of {size}");
        }
    }

    #[test]
    fn a_transaction_is_over_when_postgres_says_so() {
        let answer = [message(b'2', b""), message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat();
        assert_eq!(Frames::from_postgres().add(&answer), [Event::Done]);
    }
}

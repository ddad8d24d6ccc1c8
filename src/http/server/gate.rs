//! Follows the bytes of a connection from head to body to head, and stops at the first that are no HTTP.
//!
//! The bytes themselves go to hyper as they come. Only of a head that arrives in pieces, a copy is kept until its end.

use std::borrow::Cow;

use super::{
    chunks::Chunks,
    head::{self, Body, Scan},
};
use crate::http::error::HttpError;

/// Where in the bytes something is wrong. Everything before may be read.
#[derive(Debug)]
pub(super) struct Stop {
    /// How many of the bytes are good.
    pub at: usize,
    /// What is wrong after them.
    pub fault: Fault,
}

/// What is wrong with the bytes of a client.
#[derive(Debug)]
pub(super) enum Fault {
    /// A head that must not be read.
    Head(HttpError),
    /// A body whose chunks break their grammar.
    Body,
}

/// What the next byte belongs to.
#[derive(Debug)]
enum Expected {
    Head,
    Counted(u64),
    Chunks(Chunks),
}

#[derive(Debug)]
pub(super) struct Gate {
    expected: Expected,
    /// The head that has begun in earlier bytes.
    head: Vec<u8>,
    scan: Scan,
    max_head_bytes: usize,
}

impl Gate {
    pub(super) fn new(max_head_bytes: usize) -> Self {
        Self { expected: Expected::Head, head: Vec::new(), scan: Scan::default(), max_head_bytes }
    }

    /// Looks at the next bytes of the connection.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let passed = self.pass_some(rest);
            // A head that began in earlier bytes is wrong from there. None of these is good.
            at += passed.map_err(|fault| Stop { at, fault })?;
        }
        Ok(())
    }

    /// Looks at bytes up to the end of a head, of a body, or of all of them, and returns how many that were.
    fn pass_some(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        match &mut self.expected {
            Expected::Head => self.pass_head(bytes).map_err(Fault::Head),
            Expected::Counted(left) => {
                let passed = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= passed as u64;
                if *left == 0 {
                    self.expected = Expected::Head;
                }
                Ok(passed)
            }
            Expected::Chunks(chunks) => {
                let (passed, ended) = chunks.pass(bytes).ok_or(Fault::Body)?;
                if ended {
                    self.expected = Expected::Head;
                }
                Ok(passed)
            }
        }
    }

    fn pass_head(&mut self, bytes: &[u8]) -> Result<usize, HttpError> {
        let known = self.head.len();
        // A head that arrives whole is looked at where it is.
        let mut arrived = Cow::Borrowed(bytes);
        if known > 0 {
            self.head.extend_from_slice(bytes);
            arrived = Cow::Owned(std::mem::take(&mut self.head));
        }
        if let Some(end) = self.scan.end(&arrived)? {
            self.end_head(arrived.get(..end).unwrap_or_default())?;
            return Ok(end - known);
        }
        head::check_size(&arrived, self.max_head_bytes)?;
        if known == 0 {
            head::check_beginning(&arrived)?;
        }
        self.head = arrived.into_owned();
        Ok(bytes.len())
    }

    fn end_head(&mut self, head: &[u8]) -> Result<(), HttpError> {
        head::check_size(head, self.max_head_bytes)?;
        self.scan = Scan::default();
        self.expected = match head::check(head)? {
            Body::Counted(0) => Expected::Head,
            Body::Counted(length) => Expected::Counted(length),
            Body::Chunked => Expected::Chunks(Chunks::default()),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Gate};

    const GOOD: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    const COUNTED: &str = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nGET\n\n";
    const CHUNKED: &str = "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n\
                           5;x=\"y\"\r\nGET\n\n\r\n00\r\nx: y\r\n\r\n";
    const BAD: &str = "GET / HTTP/1.1\nhost: x\r\n\r\n";

    /// How many of the bytes are good, in pieces of this size, and whether a fault was found in them.
    fn passed(sent: &[u8], piece: usize) -> (usize, Option<Fault>) {
        let mut gate = Gate::new(16 * 1024);
        let mut good = 0;
        for bytes in sent.chunks(piece) {
            match gate.pass(bytes) {
                Ok(()) => good += bytes.len(),
                Err(stop) => return (good + stop.at, Some(stop.fault)),
            }
        }
        (good, None)
    }

    #[test]
    fn requests_that_come_together_pass_however_they_are_cut() {
        let sent = [GOOD, COUNTED, CHUNKED, "\r\n", GOOD, CHUNKED, COUNTED].concat();
        for piece in 1..=sent.len() {
            let (good, fault) = passed(sent.as_bytes(), piece);
            assert!(good == sent.len() && fault.is_none(), "in pieces of {piece}: {good}, {fault:?}");
        }
    }

    #[test]
    fn what_comes_before_a_bad_head_is_good_and_nothing_after_it() {
        let before = [GOOD, COUNTED, CHUNKED].concat();
        let sent = [&before, BAD, GOOD].concat();
        let (good, fault) = passed(sent.as_bytes(), sent.len());
        assert!(good == before.len() && matches!(fault, Some(Fault::Head(_))), "{good}, {fault:?}");
        for piece in 1..sent.len() {
            let (good, fault) = passed(sent.as_bytes(), piece);
            // Some of the head may have passed before its fault was seen. The whole of it has not.
            let in_head = before.len()..before.len() + BAD.len();
            assert!(in_head.contains(&good) && matches!(fault, Some(Fault::Head(_))), "pieces of {piece}: {good}");
        }
    }

    #[test]
    fn a_head_of_any_size_ends_within_its_bound() {
        for (head, code) in [
            (format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}", "y".repeat(40_000)), "headers_too_large"),
            (format!("GET /{}", "y".repeat(40_000)), "uri_too_long"),
        ] {
            for piece in [1, 1_000, 40_000] {
                let (good, fault) = passed(head.as_bytes(), piece);
                assert!(good <= 16 * 1024, "{good}");
                assert!(matches!(fault, Some(Fault::Head(error)) if error.code().name() == code), "{code} in {piece}");
            }
        }
    }
}

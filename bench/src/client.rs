//! A lean HTTP/1.1 client over one keep-alive connection.
//!
//! The load shares the machine with what it measures, so it must cost little: a request is written from a buffer that is
//! used again, and of an answer only the status and the length are read. It understands our server's answers, no more.

use std::{fmt::Write as _, net::SocketAddr};

use anyhow::{Context, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::ids::Id;

/// One purchase to be.
pub struct Purchase {
    /// Who buys.
    pub customer: Id,
    /// What: the product and how many.
    pub lines: [(Id, u32); 3],
    /// The request's name for it.
    pub key: u64,
}

/// One connection.
pub struct Client {
    stream: TcpStream,
    request: String,
    body: String,
    answer: Vec<u8>,
}

impl Client {
    /// Connects, and sends nothing yet.
    pub async fn connect(server: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server).await.context("cannot connect to the server")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            request: String::with_capacity(1024),
            body: String::with_capacity(512),
            answer: Vec::with_capacity(4096),
        })
    }

    /// Makes a purchase and returns the status of the answer.
    pub async fn purchase(&mut self, api_key: &str, purchase: &Purchase) -> anyhow::Result<u16> {
        self.body.clear();
        let Purchase { customer, lines, key } = purchase;
        write!(self.body, r#"{{"customer_id":"{customer}","items":["#)?;
        for (index, (product, quantity)) in lines.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(self.body, r#"{comma}{{"product_id":"{product}","quantity":{quantity}}}"#)?;
        }
        self.body.push_str("]}");
        self.request.clear();
        write!(
            self.request,
            "POST /v1/purchases HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api_key}\r\n\
             Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{}",
            self.body.len(),
            self.body
        )?;
        self.exchange().await
    }

    /// Asks for a path and returns the status of the answer.
    pub async fn get(&mut self, path: &str, api_key: &str) -> anyhow::Result<u16> {
        self.request.clear();
        write!(self.request, "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api_key}\r\n\r\n")?;
        self.exchange().await
    }

    /// The body of the last answer, for an error message.
    pub fn last_answer(&self) -> String {
        String::from_utf8_lossy(&self.answer).into_owned()
    }

    async fn exchange(&mut self) -> anyhow::Result<u16> {
        self.stream.write_all(self.request.as_bytes()).await?;
        self.answer.clear();
        loop {
            if let Some(status) = complete(&self.answer)? {
                return Ok(status);
            }
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                bail!("the server closed a connection in the middle of an answer");
            }
        }
    }
}

/// The status of an answer, once all of it is there.
fn complete(answer: &[u8]) -> anyhow::Result<Option<u16>> {
    let Some(head_length) = answer.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4) else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&answer[..head_length])?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map(|(_, value)| value.trim().parse::<usize>())
        .context("an answer came without its length")??;
    if answer.len() < head_length + length {
        return Ok(None);
    }
    ensure!(answer.len() == head_length + length, "more came than one answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.context("an answer came without a status").map(Some)
}

#[cfg(test)]
mod tests {
    use super::complete;

    #[test]
    fn an_answer_is_complete_when_its_body_is() {
        let answer = b"HTTP/1.1 201 Created\r\nx-request-id: 1\r\nContent-Length: 2\r\n\r\n{}";
        for length in 0..answer.len() {
            assert_eq!(complete(&answer[..length]).unwrap(), None, "after {length} bytes");
        }
        assert_eq!(complete(answer).unwrap(), Some(201));
    }
}

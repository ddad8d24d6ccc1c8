//! A lean HTTP/1.1 client over one keep-alive connection.
//!
//! The load shares the machine with what it measures, so it must cost little. The client writes each request into the same
//! buffer. Of an answer it reads the status and the length only. It understands tallystick's answers and no others.

use std::{
    fmt::{self, Write as _},
    net::SocketAddr,
};

use anyhow::{Context, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::ids::Id;

/// The lines of a purchase: products and quantities, one to three.
#[derive(Debug, Clone, Copy)]
pub struct Lines {
    items: [(Id, u32); 3],
    count: usize,
}

impl Lines {
    /// One line.
    pub const fn one(product: Id, quantity: u32) -> Self {
        Self { items: [(product, quantity); 3], count: 1 }
    }

    /// Three lines.
    pub const fn three(items: [(Id, u32); 3]) -> Self {
        Self { items, count: 3 }
    }
}

/// A request. A `key` is its idempotency key.
#[derive(Debug, Clone, Copy)]
pub enum Request {
    /// Buys on credit.
    Purchase { customer: Id, lines: Lines, key: u64 },
    /// Pays an amount, in minor units.
    Payment { customer: Id, amount: u32, key: u64 },
    /// Adds a quantity to the stock.
    Restock { product: Id, quantity: u32, key: u64 },
    /// Sets a credit limit.
    SetLimit { customer: Id, credit_limit: u64 },
    /// Reads.
    Get(Path),
}

/// What a read asks for.
#[derive(Debug, Clone, Copy)]
pub enum Path {
    /// A customer.
    Customer(Id),
    /// What a customer owes.
    Balance(Id),
    /// The first page of a customer's ledger.
    Ledger(Id),
    /// An order.
    Order(Id),
    /// The first page of orders.
    Orders,
    /// The first page of products.
    Products,
    /// Any page, by its path with its query.
    List(&'static str),
    /// Whether the server is ready.
    Ready,
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(id) => write!(formatter, "/v1/customers/{id}"),
            Self::Balance(id) => write!(formatter, "/v1/customers/{id}/balance"),
            Self::Ledger(id) => write!(formatter, "/v1/customers/{id}/ledger"),
            Self::Order(id) => write!(formatter, "/v1/orders/{id}"),
            Self::Orders => formatter.write_str("/v1/orders"),
            Self::Products => formatter.write_str("/v1/products"),
            Self::List(path) => formatter.write_str(path),
            Self::Ready => formatter.write_str("/readyz"),
        }
    }
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

    /// Sends a request and returns the status of the answer.
    pub async fn send(&mut self, api_key: &str, request: &Request) -> anyhow::Result<u16> {
        self.body.clear();
        self.request.clear();
        match request {
            Request::Purchase { customer, lines, key } => {
                write!(self.body, r#"{{"customer_id":"{customer}","items":["#)?;
                for (index, (product, quantity)) in lines.items[..lines.count].iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(self.body, r#"{comma}{{"product_id":"{product}","quantity":{quantity}}}"#)?;
                }
                self.body.push_str("]}");
                self.request.push_str("POST /v1/purchases");
                self.finish_post(api_key, *key)?;
            }
            Request::Payment { customer, amount, key } => {
                write!(self.body, r#"{{"customer_id":"{customer}","amount":{amount}}}"#)?;
                self.request.push_str("POST /v1/payments");
                self.finish_post(api_key, *key)?;
            }
            Request::Restock { product, quantity, key } => {
                write!(self.body, r#"{{"quantity":{quantity},"reason":"restock"}}"#)?;
                write!(self.request, "POST /v1/products/{product}/stock-movements")?;
                self.finish_post(api_key, *key)?;
            }
            Request::SetLimit { customer, credit_limit } => {
                write!(self.body, r#"{{"credit_limit":{credit_limit}}}"#)?;
                write!(self.request, "PATCH /v1/customers/{customer}")?;
                self.finish_post(api_key, 0)?;
            }
            Request::Get(path) => {
                write!(self.request, "GET {path}")?;
                self.finish_get(api_key)?;
            }
        }
        self.exchange().await
    }

    /// Asks for a path and returns the status of the answer.
    pub async fn get(&mut self, path: &str, api_key: &str) -> anyhow::Result<u16> {
        self.request.clear();
        write!(self.request, "GET {path}")?;
        self.finish_get(api_key)?;
        self.exchange().await
    }

    fn finish_get(&mut self, api_key: &str) -> anyhow::Result<()> {
        Ok(write!(self.request, " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api_key}\r\n\r\n")?)
    }

    fn finish_post(&mut self, api_key: &str, key: u64) -> anyhow::Result<()> {
        Ok(write!(
            self.request,
            " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api_key}\r\n\
             Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{}",
            self.body.len(),
            self.body
        )?)
    }

    /// Head and body of the last answer.
    pub fn last_answer(&self) -> String {
        String::from_utf8_lossy(&self.answer).into_owned()
    }

    /// The body of the last answer.
    pub fn last_body(&self) -> &[u8] {
        head_length(&self.answer).map_or(&[], |length| &self.answer[length..])
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

fn head_length(answer: &[u8]) -> Option<usize> {
    answer.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

/// The status of an answer, once it has arrived completely.
fn complete(answer: &[u8]) -> anyhow::Result<Option<u16>> {
    let Some(head_length) = head_length(answer) else { return Ok(None) };
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

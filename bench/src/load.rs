//! The load: requests over HTTP from many keep-alive connections.
//!
//! In a closed loop each connection sends its next request when the last one is answered. That shows how many requests the
//! server can answer. In an open loop requests start at a fixed rate, and their latencies count from the intended start.
//! That shows what customers see, who do not wait for each other.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use futures_util::future::try_join_all;
use hdrhistogram::Histogram;
use rand::{SeedableRng, rngs::SmallRng};

use crate::{
    batches::Batches,
    client::Client,
    cpu::{self, Cost, Processes},
    schedule::{Arrivals, Schedule},
    stats::{histogram, record},
    traffic::{Expected, Planned, Traffic},
};

/// How long to send load.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Not counted.
    pub warm_up: Duration,
    /// Counted.
    pub measured: Duration,
}

/// When requests start.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// Each connection sends its next one when the last is answered.
    Closed,
    /// So many start each second, on any free connection.
    Open(f64),
}

/// The server that gets the load.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where the server listens.
    pub address: SocketAddr,
    /// Where the server shows its metrics.
    pub metrics_address: SocketAddr,
    /// A key for each business.
    pub api_keys: Arc<[String]>,
    /// The server's process.
    pub pid: u32,
    /// PostgreSQL's postmaster.
    pub postmaster: u32,
}

/// The result of one window.
pub struct Driven {
    /// Requests with the expected answer, a second.
    pub per_second: f64,
    /// How long each of them took, in microseconds.
    pub latencies: Histogram<u64>,
    /// Requests that the server refused because it had too many (503).
    pub overloaded: u64,
    /// Who used the processor.
    pub cost: Option<Cost>,
    /// How many purchases the server decided together, on average.
    pub batch_size: Option<f64>,
    /// The server's memory at the end, in bytes.
    pub memory: Option<u64>,
}

/// What was seen of the processes from the beginning to the end of a window.
struct Watched {
    used: Option<(cpu::Used, cpu::Used)>,
    batch_size: Option<f64>,
    memory: Option<u64>,
}

/// What one connection counted.
struct Seen {
    latencies: Histogram<u64>,
    overloaded: u64,
}

/// When the counted time begins and ends, and when requests start.
struct Times {
    begin: Instant,
    end: Instant,
    arrivals: Option<Arrivals>,
}

impl Target {
    /// Sends this traffic for the window. Fails at any answer other than the expected one or overload, because then the figures
    /// would be of something else.
    pub async fn drive(
        &self,
        traffic: &Traffic,
        connections: usize,
        pace: Pace,
        window: Window,
    ) -> anyhow::Result<Driven> {
        let clients = try_join_all((0..connections).map(|_| Client::connect(self.address))).await?;
        let now = Instant::now();
        let begin = now + window.warm_up;
        let end = begin + window.measured;
        let arrivals = match pace {
            Pace::Closed => None,
            Pace::Open(per_second) => Some(Arrivals::begin(Schedule::new(now, per_second, end - now), connections)),
        };
        let times = Times { begin, end, arrivals };
        let sending = try_join_all(clients.into_iter().map(|client| self.send(client, traffic, &times)));
        let (watched, sent) = tokio::join!(self.watch(begin, end), sending);
        let mut all = Seen { latencies: histogram()?, overloaded: 0 };
        for seen in sent? {
            all.latencies.add(seen.latencies)?;
            all.overloaded += seen.overloaded;
        }
        let Seen { latencies, overloaded } = all;
        let Watched { used, batch_size, memory } = watched?;
        let cost = used.map(|(before, after)| after.cost_since(&before, latencies.len()));
        #[expect(clippy::cast_precision_loss, reason = "there are not that many requests")]
        let per_second = latencies.len() as f64 / window.measured.as_secs_f64();
        Ok(Driven { per_second, latencies, overloaded, cost, batch_size, memory })
    }

    async fn send(&self, mut client: Client, traffic: &Traffic, times: &Times) -> anyhow::Result<Seen> {
        let mut seen = Seen { latencies: histogram()?, overloaded: 0 };
        let mut rng = SmallRng::from_rng(&mut rand::rng());
        loop {
            let planned = traffic.next(&mut rng);
            let start = match &times.arrivals {
                None => Instant::now(),
                Some(arrivals) => match arrivals.next().await {
                    Some(start) => start,
                    None => return Ok(seen),
                },
            };
            if start >= times.end {
                return Ok(seen);
            }
            let is_answered = self.ask(&mut client, &planned).await?;
            let answered = Instant::now();
            // A closed loop counts what was answered in the window. An open loop counts what started in it, however late the answer.
            let counts = if times.arrivals.is_some() { start } else { answered };
            if counts < times.begin || counts >= times.end {
                continue;
            }
            if is_answered {
                record(&mut seen.latencies, answered - start);
            } else {
                seen.overloaded += 1;
            }
        }
    }

    /// True if the expected answer came, false if the server was overloaded.
    async fn ask(&self, client: &mut Client, planned: &Planned) -> anyhow::Result<bool> {
        let api_key = &self.api_keys[usize::try_from(planned.business)?];
        let status = client.send(api_key, &planned.request).await.context("a request was not answered")?;
        match (planned.expected, status) {
            (Expected::Created, 201) | (Expected::Found, 200) => Ok(true),
            (Expected::SoldOut, 409) if says(client.last_body(), b"\"insufficient_stock\"") => Ok(true),
            (_, 503) => Ok(false),
            (expected, _) => bail!("instead of {expected:?} came: {}", client.last_answer()),
        }
    }

    /// Sends one request on an idle connection, and returns how long it took.
    pub async fn ask_once(&self, client: &mut Client, planned: &Planned) -> anyhow::Result<Duration> {
        let sent = Instant::now();
        anyhow::ensure!(self.ask(client, planned).await?, "a lone request met overload: {}", client.last_answer());
        Ok(sent.elapsed())
    }

    async fn watch(&self, begin: Instant, end: Instant) -> anyhow::Result<Watched> {
        let processes = Processes { server: Some(self.pid), postmaster: self.postmaster };
        let mut client = Client::connect(self.metrics_address).await?;
        tokio::time::sleep_until(begin.into()).await;
        let used_before = processes.used();
        let batches_before = Batches::ask(&mut client).await;
        tokio::time::sleep_until(end.into()).await;
        let used_after = processes.used().filter(|_| end - begin >= cpu::WORTH_READING);
        let memory = cpu::resident_bytes(self.pid);
        let batches = batches_before.zip(Batches::ask(&mut client).await);
        let batch_size = batches.and_then(|(before, after)| after.mean_since(before));
        Ok(Watched { used: used_before.zip(used_after), batch_size, memory })
    }
}

fn says(body: &[u8], what: &[u8]) -> bool {
    body.windows(what.len()).any(|window| window == what)
}

//! Where to listen, and the limits that clients have.

use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use anyhow::ensure;
use clap::Args;

use super::duration::{parse_duration, parse_timeout};
use crate::http::{
    client_address::TrustedProxies, cors::CorsOrigins, rate_limit::Rate, server::ServerLimits, state::RequestLimits,
};

/// How to serve.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "HTTP")]
pub struct HttpArgs {
    /// The address to listen on; port 0 takes any free one
    #[arg(long, env = "TALLYSTICK_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// The address for `/metrics`, `/healthz` and `/readyz`, not for clients; without it there is no `/metrics`
    #[arg(long, env = "TALLYSTICK_OPERATOR_LISTEN", value_name = "ADDRESS:PORT")]
    pub operator_listen: Option<SocketAddr>,
    /// How long a request may take in all before it is answered `overloaded`
    #[arg(long, env = "TALLYSTICK_REQUEST_TIMEOUT", default_value = "10s", value_name = "TIME", value_parser = parse_timeout)]
    pub request_timeout: Duration,
    /// How long the head of a request may take to arrive, from its first byte
    #[arg(long, env = "TALLYSTICK_HEADER_READ_TIMEOUT", default_value = "5s", value_name = "TIME", value_parser = parse_timeout)]
    pub header_read_timeout: Duration,
    /// How long the body of a request may take to arrive
    #[arg(long, env = "TALLYSTICK_BODY_READ_TIMEOUT", default_value = "5s", value_name = "TIME", value_parser = parse_timeout)]
    pub body_read_timeout: Duration,
    /// How long a connection may be without a request
    #[arg(long, env = "TALLYSTICK_IDLE_TIMEOUT", default_value = "75s", value_name = "TIME", value_parser = parse_timeout)]
    pub idle_timeout: Duration,
    /// How long a client may take to take an answer, or each 4 MiB of a longer one; on the way it must take 64 KiB every 10 s
    #[arg(long, env = "TALLYSTICK_WRITE_TIMEOUT", default_value = "30s", value_name = "TIME", value_parser = parse_timeout)]
    pub write_timeout: Duration,
    /// How long `/readyz` says no, while requests are still taken, before SIGTERM stops the server; a second signal ends it
    #[arg(long, env = "TALLYSTICK_SHUTDOWN_DELAY", default_value = "0s", value_name = "TIME", value_parser = parse_duration)]
    pub shutdown_delay: Duration,
    /// How long requests that were accepted may take to finish once the server is told to stop
    #[arg(long, env = "TALLYSTICK_DRAIN_TIMEOUT", default_value = "15s", value_name = "TIME", value_parser = parse_duration)]
    pub drain_timeout: Duration,
    /// The largest body of a request, in bytes
    #[arg(long, env = "TALLYSTICK_BODY_LIMIT_BYTES", default_value = "262144", value_name = "BYTES")]
    pub body_limit_bytes: NonZeroUsize,
    /// The most client connections at once; more are answered `overloaded` and closed
    #[arg(long, env = "TALLYSTICK_MAX_CONNECTIONS", default_value = "4096", value_name = "N")]
    pub max_connections: NonZeroUsize,
    /// How many requests a second one business may make in the long run; not limited without it
    #[arg(long, env = "TALLYSTICK_RATE_LIMIT_PER_SECOND", value_name = "N")]
    pub rate_limit_per_second: Option<NonZeroU32>,
    /// How many requests one business may make at once after a quiet time [default: the requests of a second]
    #[arg(long, env = "TALLYSTICK_RATE_LIMIT_BURST", value_name = "N")]
    pub rate_limit_burst: Option<NonZeroU32>,
    /// The origins whose web pages may call the API from a browser, with commas between them; `*` for all
    #[arg(
        long,
        env = "TALLYSTICK_CORS_ORIGINS",
        default_value = "",
        hide_default_value = true,
        value_name = "ORIGINS"
    )]
    pub cors_origins: CorsOrigins,
    /// The proxies whose X-Forwarded-For names the client: addresses and networks, with commas between them
    #[arg(
        long,
        env = "TALLYSTICK_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        default_value = "",
        hide_default_value = true
    )]
    pub trusted_proxies: TrustedProxies,
}

impl HttpArgs {
    /// Bounds on one request.
    #[must_use]
    pub fn request_limits(&self) -> RequestLimits {
        RequestLimits {
            request_timeout: self.request_timeout,
            body_read_timeout: self.body_read_timeout,
            body_limit_bytes: self.body_limit_bytes.get(),
        }
    }

    /// Bounds on connections.
    #[must_use]
    pub fn server_limits(&self) -> ServerLimits {
        ServerLimits {
            max_connections: self.max_connections.get(),
            header_read_timeout: self.header_read_timeout,
            idle_timeout: self.idle_timeout,
            write_timeout: self.write_timeout,
            drain_timeout: self.drain_timeout,
            ..ServerLimits::default()
        }
    }

    /// The rate of one business, if it is limited.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        let per_second = self.rate_limit_per_second?;
        Some(Rate { per_second, burst: self.rate_limit_burst.unwrap_or(per_second) })
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.body_read_timeout <= self.request_timeout,
            "--body-read-timeout ({:?}) is longer than --request-timeout ({:?}), so it could never be reached",
            self.body_read_timeout,
            self.request_timeout
        );
        ensure!(
            self.rate_limit_burst.is_none() || self.rate_limit_per_second.is_some(),
            "--rate-limit-burst needs --rate-limit-per-second"
        );
        Ok(())
    }
}

//! A connection outside the pool: for `migrate`, `verify`, the start-up checks and the command line.
//!
//! It keeps the server's notices (NOTICE, WARNING) for the caller. They would get lost in a log.

use std::{future::poll_fn, time::Duration};

use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, error::DbError};

use super::{
    config::config,
    explain::{explain, with_detail},
};

use postgres_url::{
    ConnectionUrl,
    tls::{self, TlsError},
};

/// How long connecting may take: name look-up, TCP, TLS and authentication together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// An open connection. When it is dropped it closes, and PostgreSQL rolls an open transaction back.
#[derive(Debug)]
pub struct DedicatedConnection {
    client: Client,
    notices: mpsc::UnboundedReceiver<Notice>,
}

/// A message that the server sent without being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `NOTICE`, `WARNING`, `INFO` …, possibly translated.
    pub severity: String,
    /// The message, with detail and hint if there are any.
    pub message: String,
}

/// Why there is no connection.
///
/// The driver's error is a part of the message and not its `source`. A chain of causes would say it twice.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// TLS cannot be set up on this side.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The server does not answer, or refuses this role.
    #[error("cannot connect to {address}: {}", explain(.error))]
    Refused {
        /// Where, without a password.
        address: String,
        /// What happened.
        error: tokio_postgres::Error,
    },
    /// The server answered too slowly.
    #[error("cannot connect to {address}: no answer within {} seconds", CONNECT_TIMEOUT.as_secs())]
    TimedOut {
        /// Where, without a password.
        address: String,
    },
}

/// Opens a connection. Must run inside a Tokio runtime: a task drives the connection until it closes.
pub async fn connect(url: &ConnectionUrl) -> Result<DedicatedConnection, ConnectError> {
    let connector = tls::connector(url.tls())?;
    let address = url.to_string();
    let (client, mut connection) = match tokio::time::timeout(CONNECT_TIMEOUT, config(url).connect(connector)).await {
        Ok(Ok(pair)) => pair,
        Ok(Err(error)) => return Err(ConnectError::Refused { address, error }),
        Err(_) => return Err(ConnectError::TimedOut { address }),
    };
    let (sender, notices) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            match message {
                // This fails once the connection's handle is dropped. The connection must still be driven to its end.
                Ok(AsyncMessage::Notice(notice)) => _ = sender.send(Notice::from(&notice)),
                Ok(_) => {}
                // The statement that was running gets the same error, and its caller reports it.
                Err(_) => break,
            }
        }
    });
    Ok(DedicatedConnection { client, notices })
}

impl DedicatedConnection {
    /// The driver's client.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The driver's client for exclusive use, as a transaction needs it.
    pub const fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// The notices since the last call of this function, complete up to the last statement that was awaited.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::iter::from_fn(|| self.notices.try_recv().ok()).collect()
    }
}

impl From<&DbError> for Notice {
    fn from(notice: &DbError) -> Self {
        Self { severity: notice.severity().to_owned(), message: with_detail(notice) }
    }
}

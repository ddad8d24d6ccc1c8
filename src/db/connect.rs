//! One connection of one's own, outside the pool: for `migrate`, `verify`, the start-up checks and the command line.
//!
//! What the server says on the side (NOTICE, WARNING) is kept for the caller instead of vanishing in a log.

use std::{error::Error as _, fmt::Write as _, future::poll_fn, time::Duration};

use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, Config, error::DbError};

use postgres_url::{
    ConnectionUrl,
    tls::{self, TlsError},
};

/// How long connecting may take in all: name look-up, TCP, TLS and authentication.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// What PostgreSQL calls this program, in its list of sessions and in its log.
const APPLICATION_NAME: &str = "tallystick";

/// An open connection. It closes when this is dropped, and an open transaction is rolled back.
#[derive(Debug)]
pub struct Session {
    client: Client,
    notices: mpsc::UnboundedReceiver<Notice>,
}

/// Something the server said without being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `NOTICE`, `WARNING`, `INFO` …, possibly translated.
    pub severity: String,
    /// The message, with detail and hint if there are any.
    pub message: String,
}

/// Why there is no connection.
///
/// The driver's error is part of the message and not its `source`, so that a chain of causes does not say it twice.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// TLS cannot be set up on this side.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The server does not answer, or does not let this role in.
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

/// What the driver needs to connect to `url`. PostgreSQL calls the connection's program `tallystick` unless the URL says
/// otherwise.
pub(super) fn config(url: &ConnectionUrl) -> Config {
    let mut config = url.config().clone();
    if config.get_application_name().is_none() {
        config.application_name(APPLICATION_NAME);
    }
    config
}

/// Opens a connection. Must run inside a Tokio runtime, where a task drives the connection until it closes.
pub async fn connect(url: &ConnectionUrl) -> Result<Session, ConnectError> {
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
                // Nobody listens any more once the session is dropped; the connection must still be driven to its end.
                Ok(AsyncMessage::Notice(notice)) => _ = sender.send(Notice::from(&notice)),
                Ok(_) => {}
                // The statement that was running got the same error, and its caller reports it.
                Err(_) => break,
            }
        }
    });
    Ok(Session { client, notices })
}

impl Session {
    /// The driver's client.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The driver's client, for what needs it exclusively, as a transaction does.
    pub const fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// What the server has said since the last call. Complete up to the last statement that was awaited.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::iter::from_fn(|| self.notices.try_recv().ok()).collect()
    }
}

impl From<&DbError> for Notice {
    fn from(notice: &DbError) -> Self {
        Self { severity: notice.severity().to_owned(), message: with_detail(notice) }
    }
}

/// An error of the driver with its cause, which its own `Display` leaves out, for a log.
///
/// PostgreSQL's detail of a violated constraint quotes the row, so that is left out, and the constraint named instead.
#[must_use]
pub fn explain(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(refusal) if refusal.code().code().starts_with("23") => {
            let constraint = refusal.constraint().unwrap_or("unnamed");
            format!("constraint {constraint} is violated (SQLSTATE {})", refusal.code().code())
        }
        // Class 22 is about a value, and its messages quote it.
        Some(refusal) if refusal.code().code().starts_with("22") => {
            format!("a value is not acceptable (SQLSTATE {})", refusal.code().code())
        }
        _ => explain_fully(error),
    }
}

/// As [`explain`], with everything that PostgreSQL said, values of rows included: for whoever migrates, not for a log.
#[must_use]
pub fn explain_fully(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(refusal) => format!("{} (SQLSTATE {})", with_detail(refusal), refusal.code().code()),
        None => match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

fn with_detail(message: &DbError) -> String {
    let mut text = message.message().to_owned();
    for (label, more) in [("detail", message.detail()), ("hint", message.hint())] {
        if let Some(more) = more {
            // Writing to a String cannot fail.
            _ = write!(text, "\n  {label}: {more}");
        }
    }
    text
}

//! Texts of the driver's errors.

use std::{error::Error as _, fmt::Write as _};

use tokio_postgres::error::DbError;

/// A text of `error` with its cause, for a log. The error's own `Display` leaves the cause out.
///
/// The text quotes no value. PostgreSQL's detail of a violated constraint quotes the row, so only the constraint is named.
#[must_use]
pub fn explain(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(refusal) if refusal.code().code().starts_with("23") => {
            let constraint = refusal.constraint().unwrap_or("unnamed");
            format!("constraint {constraint} is violated (SQLSTATE {})", refusal.code().code())
        }
        // Messages of class 22 quote the value.
        Some(refusal) if refusal.code().code().starts_with("22") => {
            format!("a value is not acceptable (SQLSTATE {})", refusal.code().code())
        }
        _ => explain_fully(error),
    }
}

/// As [`explain`], with all that PostgreSQL said, values of rows included. For the operator who migrates, not for a log.
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

/// A message with its detail and hint, if it has any.
pub(super) fn with_detail(message: &DbError) -> String {
    let mut text = message.message().to_owned();
    for (label, more) in [("detail", message.detail()), ("hint", message.hint())] {
        if let Some(more) = more {
            // Writing to a String cannot fail.
            _ = write!(text, "\n  {label}: {more}");
        }
    }
    text
}

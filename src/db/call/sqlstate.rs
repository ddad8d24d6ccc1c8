//! What a failed statement means for the caller: did it take effect, and is it worth another try?
//!
//! SQLSTATE decides, and never a message: the server translates its messages.

use std::{error::Error as _, io};

use tokio_postgres::error::{DbError, SqlState};

/// What became of a statement that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The statement may be repeated: at once, or after its session has ended.
    Transient(Transient),
    /// A time limit ended it (57014), and it took no effect. To repeat it would take as long again.
    Timeout,
    /// The prepared statement no longer fits the database (0A000, 26000), usually after a migration.
    /// It took no effect. Clear the statement caches, then repeat it.
    StalePlan,
    /// PostgreSQL lacks memory, disk or connections (53xxx), or is a standby that cannot write (25006). It took no
    /// effect; for the client the database is unavailable.
    OutOfResources,
    /// A unique constraint refused it (23505).
    UniqueViolation {
        /// The constraint's name.
        constraint: String,
    },
    /// Anything else: a fault of this program.
    Other,
}

/// Failures that have nothing to do with the statement itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transient {
    /// PostgreSQL rolled it back in favour of another transaction (40001, 40P01, 55P03). Repeat it.
    RolledBack,
    /// The connection died. The statement may have committed, or may still commit. Its session must end before another try.
    Unknown,
}

impl Failure {
    /// The meaning of `error`, which a statement outside any explicit transaction returned.
    #[must_use]
    pub fn of(error: &tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(refusal) => Self::of_refusal(refusal),
            None if error.is_closed() => Self::Transient(Transient::Unknown),
            None => error
                .source()
                .and_then(|source| source.downcast_ref::<io::Error>())
                .map_or(Self::Other, Self::of_io_error),
        }
    }

    fn of_refusal(refusal: &DbError) -> Self {
        if *refusal.code() == SqlState::UNIQUE_VIOLATION {
            return Self::UniqueViolation { constraint: refusal.constraint().unwrap_or_default().to_owned() };
        }
        Self::of_state(refusal.code().code(), refusal.routine())
    }

    /// `routine` is the function in PostgreSQL's source that raised the error. It is never translated, and nothing else tells
    /// a stale plan from other things that are "not supported".
    fn of_state(state: &str, routine: Option<&str>) -> Self {
        match state {
            "40001" | "40P01" | "55P03" => Self::Transient(Transient::RolledBack),
            "40003" | "25P03" | "57P01" | "57P02" | "57P03" | "57P04" | "57P05" => Self::Transient(Transient::Unknown),
            "57014" | "25P04" => Self::Timeout,
            "0A000" if routine == Some("RevalidateCachedQuery") => Self::StalePlan,
            "26000" => Self::StalePlan,
            "25006" => Self::OutOfResources,
            _ if state.starts_with("08") => Self::Transient(Transient::Unknown),
            _ if state.starts_with("53") => Self::OutOfResources,
            _ => Self::Other,
        }
    }

    /// The driver reports a value that it cannot encode as `InvalidInput`, before anything was sent.
    fn of_io_error(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidInput => Self::Other,
            _ => Self::Transient(Transient::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(states: &[&str], expected: &Failure) {
        for state in states {
            assert_eq!(Failure::of_state(state, None), *expected, "{state}");
        }
    }

    #[test]
    fn a_transaction_lost_to_another_one_may_be_repeated() {
        check(&["40001", "40P01", "55P03"], &Failure::Transient(Transient::RolledBack));
    }

    #[test]
    fn after_a_dead_connection_the_outcome_is_unknown() {
        check(
            &["08000", "08003", "08006", "57P01", "57P02", "57P03", "57P05", "40003"],
            &Failure::Transient(Transient::Unknown),
        );
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(Failure::of_io_error(&reset), Failure::Transient(Transient::Unknown));
    }

    #[test]
    fn a_time_limit_is_not_worth_a_retry() {
        check(&["57014"], &Failure::Timeout);
    }

    #[test]
    fn only_a_plan_that_stopped_fitting_is_stale() {
        assert_eq!(Failure::of_state("0A000", Some("RevalidateCachedQuery")), Failure::StalePlan);
        assert_eq!(Failure::of_state("0A000", Some("transformStmt")), Failure::Other);
        check(&["0A000"], &Failure::Other);
        check(&["26000"], &Failure::StalePlan);
    }

    #[test]
    fn a_server_short_of_something_is_unavailable() {
        check(&["53000", "53100", "53200", "53300", "25006"], &Failure::OutOfResources);
    }

    #[test]
    fn anything_else_is_a_fault_of_ours() {
        check(&["22012", "23503", "23514", "42501", "42883", "P0001", "XX000"], &Failure::Other);
    }

    #[test]
    fn a_value_that_cannot_be_sent_is_a_fault_of_ours() {
        assert_eq!(Failure::of_io_error(&io::Error::from(io::ErrorKind::InvalidInput)), Failure::Other);
    }
}

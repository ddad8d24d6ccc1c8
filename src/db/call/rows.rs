//! What a call returned, and how its rows become values.

use std::fmt::Display;

use tokio_postgres::{Row, types::FromSql};

use crate::{
    domain::{Page, PageLimit},
    error::{Entity, Error, Result},
};

/// What a call returned.
pub(in crate::db) struct Answer {
    pub(in crate::db) rows: Vec<Row>,
}

/// A value that one row holds.
pub(in crate::db) trait FromRow: Sized {
    /// Reads the value. A failure is a fault of the server: its types and the function's columns differ.
    fn from_row(row: &Row) -> Result<Self, anyhow::Error>;
}

impl Answer {
    /// The value of a function that always returns one row.
    pub(in crate::db) fn one<T: FromRow>(&self) -> Result<T> {
        T::from_row(self.only_row()?).map_err(Error::Internal)
    }

    /// The value of a function that returns one row, or none if there is no such `entity`.
    pub(in crate::db) fn find<T: FromRow>(&self, entity: Entity) -> Result<T> {
        self.optional()?.ok_or(Error::NotFound(entity))
    }

    /// The value of a function that returns at most one row.
    pub(in crate::db) fn optional<T: FromRow>(&self) -> Result<Option<T>> {
        self.rows.first().map(T::from_row).transpose().map_err(Error::Internal)
    }

    /// The values of all rows, in their order.
    pub(in crate::db) fn all<T: FromRow>(&self) -> Result<Vec<T>> {
        self.rows.iter().map(T::from_row).collect::<Result<_, _>>().map_err(Error::Internal)
    }

    /// A page of a list. The function was asked for one row more than `limit`. `place` is the row's place in the list's order,
    /// after which the next page starts.
    pub(in crate::db) fn page<T: FromRow, Place: Display>(
        &self,
        limit: PageLimit,
        place: impl Fn(&T) -> Place,
    ) -> Result<Page<T>> {
        Ok(Page::cut(self.all()?, limit, place))
    }

    /// The outcome of a function that returns one row with its outcome.
    pub(in crate::db) fn outcome(&self) -> Result<&str> {
        self.value("outcome")
    }

    /// One column of a function that always returns one row.
    pub(in crate::db) fn value<'answer, T: FromSql<'answer>>(&'answer self, column: &str) -> Result<T> {
        self.only_row()?.try_get(column).map_err(Error::internal)
    }

    fn only_row(&self) -> Result<&Row> {
        self.rows.first().ok_or_else(|| Error::internal(anyhow::anyhow!("a function returned no row")))
    }
}

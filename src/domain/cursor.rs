//! Pages of a list: how many rows they have, and where the next one starts.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ObjectBuilder, Ref, RefOr, Type,
        schema::{Schema, SchemaType},
    },
};

/// How many rows a page has at most: 1 to 200, 50 unless told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(u16);

impl PageLimit {
    /// The longest page, in rows.
    pub const MAX: u16 = 200;
    /// The page length if the client names none, in rows.
    pub const DEFAULT: u16 = 50;

    /// The number of rows.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// How many rows to ask for: one more than the page has. The extra row tells whether there is a next page.
    #[must_use]
    pub const fn with_one_more(self) -> u16 {
        self.0 + 1
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(Self::DEFAULT)
    }
}

impl std::str::FromStr for PageLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<u16>() {
            Ok(limit) if (1..=Self::MAX).contains(&limit) => Ok(Self(limit)),
            _ => Err(format!("must be a whole number from 1 to {}", Self::MAX)),
        }
    }
}

/// The place of the previous page's last row in the list's order. Opaque to clients.
///
/// It gives no rights: a list shows only the caller's own rows, whatever place the cursor names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor<T>(pub T);

impl<T: std::fmt::Display> std::fmt::Display for Cursor<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&URL_SAFE_NO_PAD.encode(self.0.to_string()))
    }
}

impl<T: std::str::FromStr> std::str::FromStr for Cursor<T> {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const HINT: &str = "must be a next_cursor of an earlier page of this list";
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| HINT)?;
        let place = std::str::from_utf8(&bytes).map_err(|_| HINT)?;
        place.parse().map(Self).map_err(|_| HINT)
    }
}

impl<T: std::fmt::Display> Serialize for Cursor<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: std::str::FromStr> Deserialize<'de> for Cursor<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A part of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The rows of this page.
    pub data: Vec<T>,
    /// What to send as `cursor` for the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

// A derived schema would repeat that of `T` instead of naming it, and a generated client would have two types for one
// thing. Routes name a page by an alias, because utoipa derives another schema for a type with parameters.
impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let rows = ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .max_items(Some(PageLimit::MAX.into()))
            .description(Some("The rows of this page."));
        let next_cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("What to send as `cursor` for the next page; `null` on the last one."));
        ObjectBuilder::new()
            .description(Some("A part of a list."))
            .property("data", rows)
            .required("data")
            .property("next_cursor", next_cursor)
            .required("next_cursor")
            .into()
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T> Page<T> {
    /// Makes the page from the rows of a query that asked for [one row more](PageLimit::with_one_more).
    #[must_use]
    pub fn cut<Place: std::fmt::Display>(mut rows: Vec<T>, limit: PageLimit, place: impl Fn(&T) -> Place) -> Self {
        let has_next = rows.len() > usize::from(limit.get());
        rows.truncate(limit.get().into());
        let last = rows.last().filter(|_| has_next);
        Self { next_cursor: last.map(|row| Cursor(place(row)).to_string()), data: rows }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Page, PageLimit};
    use crate::domain::OrderId;

    #[test]
    fn a_cursor_survives_the_round_trip() {
        let place = Cursor(OrderId::new());
        assert_eq!(place.to_string().parse(), Ok(place));
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        for wrong in ["", "x", "bm90LWEtdXVpZA", "\u{1f600}"] {
            assert!(wrong.parse::<Cursor<OrderId>>().is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn only_a_page_with_rows_after_it_names_a_next_one() {
        let limit = "2".parse().unwrap();
        assert_eq!(Page::cut(vec![9, 8, 7], limit, |row| *row).next_cursor, Some(Cursor(8).to_string()));
        assert_eq!(Page::cut(vec![9, 8], limit, |row| *row).next_cursor, None);
        assert_eq!(Page::cut(Vec::<i64>::new(), limit, |row| *row).next_cursor, None);
    }

    #[test]
    fn a_page_has_from_1_to_200_rows() {
        assert!("200".parse::<PageLimit>().is_ok());
        for wrong in ["0", "201", "-1", "ten", "65536"] {
            assert!(wrong.parse::<PageLimit>().is_err(), "{wrong} was taken");
        }
    }
}

//! Compares the database's catalogue (tables, constraints, policies, functions, grants …) with `sql/schema.snapshot.sql`.
//!
//! The snapshot has one section per object, and in it one indented line per property. A fresh install makes this catalogue
//! on every PostgreSQL from 15 to 18, and a test holds the snapshot against one.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::{Client, Error};

use super::{mend, report::Finding};

const QUERY: &str = include_str!("../../sql/queries/catalogue.sql");

/// The catalogue of a fresh install.
pub const SNAPSHOT: &str = include_str!("../../sql/schema.snapshot.sql");

/// A role of Supabase. Where it does not exist, its grants are not missing.
const SUPABASE_ROLE: &str = "authenticated";

const HEADER: &str = "\
-- The whole catalogue after a fresh install, for review: what all migrations and all current code add up to.
-- `tallystick verify` compares databases with it. Generated from sql/queries/catalogue.sql, never edited:
--     UPDATE_SNAPSHOTS=1 cargo test schema
";

/// One property of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The object, as in `table tallystick.orders`.
    pub section: String,
    /// The property, as in `column total`.
    pub item: String,
    /// Its definition, in one line.
    pub definition: String,
}

/// Reads the catalogue. Needs `search_path = pg_catalog`.
pub async fn read(client: &Client) -> Result<Vec<Property>, Error> {
    let property = |row: &tokio_postgres::Row| {
        Ok(Property { section: row.try_get(0)?, item: row.try_get(1)?, definition: row.try_get(2)? })
    };
    client.query_typed(QUERY, &[]).await?.iter().map(property).collect()
}

/// The catalogue as the snapshot shows it.
#[must_use]
pub fn render(properties: &[Property]) -> String {
    let mut text = HEADER.to_owned();
    let mut section = "";
    for property in properties {
        if property.section != section {
            section = &property.section;
            text.extend(["\n", section, "\n"]);
        }
        text.extend(["    ", &property.item, ": ", &property.definition]);
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// The snapshot as a catalogue.
#[must_use]
pub fn parse(snapshot: &str) -> Vec<Property> {
    let mut section = "";
    let mut properties = Vec::new();
    for line in snapshot.lines().filter(|line| !line.is_empty() && !line.starts_with("--")) {
        match line.strip_prefix("    ") {
            None => section = line,
            Some(property) => {
                let (item, definition) = property.split_once(':').unwrap_or((property, ""));
                properties.push(Property {
                    section: section.to_owned(),
                    item: item.to_owned(),
                    definition: definition.trim_start().to_owned(),
                });
            }
        }
    }
    properties
}

/// What is missing, what differs, and what is there although tallystick does not ship it.
#[must_use]
pub fn compare(expected: &[Property], found: &[Property], supabase: bool) -> Vec<Finding> {
    let granted = format!("granted to {SUPABASE_ROLE}");
    let expected = expected.iter().filter(|property| supabase || !property.item.starts_with(&granted));
    let (expected, found) = (by_section(expected), by_section(found.iter()));
    let sections: BTreeSet<_> = expected.keys().chain(found.keys()).copied().collect();
    sections
        .into_iter()
        .flat_map(|section| match (expected.get(section), found.get(section)) {
            (Some(_), None) => vec![of_object(section, "it is missing", true)],
            (None, _) => vec![of_object(section, "it is not part of tallystick", false)],
            (Some(expected), Some(found)) => differences(section, expected, found),
        })
        .collect()
}

/// Whether the database has Supabase's role.
pub async fn is_supabase(client: &Client) -> Result<bool, Error> {
    let query = "SELECT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = $1::text)";
    client.query_one(query, &[&SUPABASE_ROLE]).await?.try_get(0)
}

type Section<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn by_section<'a>(properties: impl Iterator<Item = &'a Property>) -> BTreeMap<&'a str, Section<'a>> {
    let mut sections = BTreeMap::<&str, Section>::new();
    for property in properties {
        let section = sections.entry(&property.section).or_default();
        section.entry(&property.item).or_default().insert(&property.definition);
    }
    sections
}

fn of_object(section: &str, wrong: &str, missing: bool) -> Finding {
    let finding = Finding::of_catalogue(wrong, [("object", section.to_owned())]);
    finding.mended_by(mend::object(section, missing))
}

fn differences(section: &str, expected: &Section<'_>, found: &Section<'_>) -> Vec<Finding> {
    let items: BTreeSet<_> = expected.keys().chain(found.keys()).copied().collect();
    let text = |definitions: &BTreeSet<&str>| definitions.iter().copied().collect::<Vec<_>>().join("; ");
    let difference = |item| {
        let (expected, found) = (expected.get(item), found.get(item));
        let wrong = match (expected, found) {
            (Some(_), None) => "it is missing",
            (None, _) => "it is not part of tallystick",
            (Some(expected), Some(found)) if expected != found => "it is not as shipped",
            _ => return None,
        };
        let (expected, found) = (expected.map(text), found.map(text));
        let mend = mend::property(section, item, expected.as_deref(), found.as_deref());
        let mut keys = vec![("object", section.to_owned()), ("property", String::from(item))];
        keys.extend(expected.map(|expected| ("expected", expected)));
        keys.extend(found.map(|found| ("found", found)));
        Some(Finding::of_catalogue(wrong, keys).mended_by(mend))
    };
    items.into_iter().filter_map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(section: &str, item: &str, definition: &str) -> Property {
        Property { section: section.to_owned(), item: item.to_owned(), definition: definition.to_owned() }
    }

    #[test]
    fn a_rendered_catalogue_reads_back_as_itself() {
        let catalogue = vec![
            property("table tallystick.a", "column x", "text DEFAULT 'a: b'::text"),
            property("table tallystick.a", "policy p", ""),
            property("view tallystick.b", "definition", "SELECT 1"),
        ];
        assert_eq!(parse(&render(&catalogue)), catalogue);
        assert_eq!(render(&parse(SNAPSHOT)), SNAPSHOT);
    }

    #[test]
    fn missing_added_and_altered_are_told_apart() {
        let expected = [property("t", "a", "1"), property("t", "b", "1"), property("gone", "a", "1")];
        let found =
            [property("t", "a", "2"), property("t", "c", "1"), property("new", "a", "1"), property("new", "b", "1")];
        let findings: Vec<_> = compare(&expected, &found, true)
            .into_iter()
            .map(|finding| {
                let key = |name: &str| finding.keys.get(name).map_or("", |value| value.as_str().unwrap());
                format!("{} {}: {} {} {}", key("object"), key("property"), finding.wrong, key("expected"), key("found"))
            })
            .collect();
        assert_eq!(
            findings,
            [
                "gone : it is missing  ",
                "new : it is not part of tallystick  ",
                "t a: it is not as shipped 1 2",
                "t b: it is missing 1 ",
                "t c: it is not part of tallystick  1",
            ]
        );
        assert_eq!(compare(&expected, &expected, true), []);
    }

    #[test]
    fn grants_to_a_role_that_does_not_exist_are_not_missing() {
        let expected = [property("t", "granted to authenticated", "SELECT"), property("t", "owner", "o")];
        assert_eq!(compare(&expected, &expected[1..], false), []);
        assert_eq!(compare(&expected, &expected[1..], true).len(), 1);
    }
}

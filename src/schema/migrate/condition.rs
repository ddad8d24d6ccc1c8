//! In which points a database differs from what this program makes, who can mend each, and how.
//!
//! The bookkeeping says what was applied once. A restored database has the same bookkeeping, and yet may lack roles, owners and
//! grants. So each run also reads the catalogue and compares it with that of a fresh install.

use std::fmt;

use serde::Serialize;
use tokio_postgres::{Client, Error};

use crate::verify::{
    REAPPLY,
    catalogue::{self, compare},
    report::Finding,
};

const DATABASE_EXCESS: &str = include_str!("../../../sql/queries/database_excess.sql");

/// Whose grants `migrate` sets: what these roles hold in addition, it takes back.
const GRANTEES: [&str; 7] =
    ["PUBLIC", "tallystick_owner", "tallystick_app", "tallystick_auditor", "authenticated", "anon", "service_role"];

/// How a difference shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A fresh install has it, and this database does not.
    Missing,
    /// Both have it, but not the same.
    Altered,
    /// Only this database has it.
    Extra,
}

/// One point in which a database differs from a fresh install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What: `table tallystick.orders`, `role tallystick_app`, `database`.
    pub object: String,
    /// Which property of it; `None` if the object as a whole is missing or extra.
    pub property: Option<String>,
    /// How it shows.
    pub kind: Kind,
    /// The definition in a fresh install.
    pub expected: Option<String>,
    /// The definition here.
    pub found: Option<String>,
    /// The statement that mends it, as `verify` names it.
    #[serde(skip)]
    pub mend: Option<String>,
}

/// Reads the catalogue and compares it with `snapshot`. Needs `search_path = pg_catalog`, and no privilege.
pub(super) async fn examine(client: &Client, snapshot: &str) -> Result<Vec<Difference>, Error> {
    let found = catalogue::read(client).await?;
    let supabase = catalogue::is_supabase(client).await?;
    let mut differences: Vec<_> =
        compare(&catalogue::parse(snapshot), &found, supabase).into_iter().map(Difference::from).collect();
    for row in client.query_typed(DATABASE_EXCESS, &[]).await? {
        let (grantee, privileges): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        differences.push(Difference {
            object: "database".to_owned(),
            property: Some(format!("granted to {grantee}")),
            kind: Kind::Extra,
            expected: None,
            mend: Some(format!("REVOKE {privileges} ON DATABASE … FROM {grantee}")),
            found: Some(privileges),
        });
    }
    Ok(differences)
}

impl From<Finding> for Difference {
    fn from(finding: Finding) -> Self {
        let text = |name: &str| finding.keys.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        let kind = match finding.wrong.as_str() {
            "it is missing" => Kind::Missing,
            "it is not part of tallystick" => Kind::Extra,
            _ => Kind::Altered,
        };
        Self {
            object: text("object").unwrap_or_default(),
            property: text("property"),
            kind,
            expected: text("expected"),
            found: text("found"),
            mend: finding.mend,
        }
    }
}

impl Difference {
    /// Whether applying the current code again can mend it. Rows, tables, columns, constraints and indexes are what the
    /// migrations made once: those nobody can make again without knowing why they are not there.
    pub(super) fn is_mendable(&self) -> bool {
        let shipped = self.kind != Kind::Extra;
        let Some(property) = self.property.as_deref() else {
            return shipped && self.is_a(&["role", "function", "view"]);
        };
        match self.grantee() {
            Some(grantee) => shipped || GRANTEES.contains(&grantee),
            None => {
                shipped
                    && (self.is_a(&["role", "function", "view"])
                        || ["owner", "comment", "row level security"].contains(&property)
                        || ["policy ", "trigger "].iter().any(|beginning| property.starts_with(beginning)))
            }
        }
    }

    /// Whether a table, a column or a type is not there: then nothing that follows could be applied.
    pub(super) fn is_lost_data(&self) -> bool {
        let lost = self.kind == Kind::Missing && self.is_a(&["table", "composite"]);
        lost && self.property.as_deref().is_none_or(|property| property.starts_with("column "))
    }

    /// What a person can do about it: mostly the statement that `verify` names, and as whom.
    #[must_use]
    pub fn advice(&self) -> String {
        let said = |text: &str| text.to_owned();
        match (self.kind, self.mend.as_deref()) {
            (Kind::Extra, Some(mend)) if self.object == "database" => format!("as the database's owner, {mend}"),
            (Kind::Extra, Some(mend)) if self.grantee().is_some() => format!("as the one who granted it, {mend}"),
            (Kind::Extra, _) => said("it was not there after the installation: find out who made it"),
            _ if self.property.as_deref() == Some("owner") => {
                said("migrate as a superuser, or as the role that it belongs to")
            }
            _ if self.is_lost_data() => {
                said("restore the whole backup into a new database, and read the messages of the restore")
            }
            (_, Some(mend)) if !mend.ends_with(REAPPLY) => format!("as a superuser, {mend}"),
            _ if self.found.as_deref().is_some_and(|found| found.ends_with(", triggers disabled")) => {
                format!("as a superuser, ALTER TABLE {} ENABLE TRIGGER ALL, and migrate again", self.name())
            }
            _ => said("compare with sql/schema.snapshot.sql, or restore the backup into a new database"),
        }
    }

    /// The object's name, without its kind.
    fn name(&self) -> &str {
        self.object.split_once(' ').map_or(self.object.as_str(), |(_, name)| name)
    }

    fn is_a(&self, kinds: &[&str]) -> bool {
        self.object.split(' ').next().is_some_and(|kind| kinds.contains(&kind))
    }

    /// Who holds the privileges that this is about.
    fn grantee(&self) -> Option<&str> {
        self.property.as_deref()?.strip_prefix("granted to ")?.split(' ').next()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { object, property, kind, expected, found, mend: _ } = self;
        write!(formatter, "{object}")?;
        if let Some(property) = property {
            write!(formatter, ", {property}")?;
        }
        match kind {
            Kind::Missing => write!(formatter, ": it is missing"),
            Kind::Altered => write!(formatter, ": it is not as shipped"),
            Kind::Extra => write!(formatter, ": it is not part of tallystick"),
        }?;
        match (expected, found) {
            (Some(expected), Some(found)) => write!(formatter, " (expected {expected}; found {found})"),
            (None, Some(found)) => write!(formatter, " ({found})"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::catalogue::Property;

    fn property(section: &str, item: &str, definition: &str) -> Property {
        Property { section: section.to_owned(), item: item.to_owned(), definition: definition.to_owned() }
    }

    /// The one difference between two catalogues.
    fn difference(expected: &[(&str, &str, &str)], found: &[(&str, &str, &str)]) -> Difference {
        let catalogue = |rows: &[(&str, &str, &str)]| -> Vec<Property> {
            rows.iter().map(|(section, item, definition)| property(section, item, definition)).collect()
        };
        let mut differences: Vec<Difference> =
            compare(&catalogue(expected), &catalogue(found), true).into_iter().map(Difference::from).collect();
        assert_eq!(differences.len(), 1, "{differences:?}");
        differences.remove(0)
    }

    /// What a table has besides the property in question.
    const OWNER: (&str, &str, &str) = ("table s.t", "owner", "o");

    fn of_property(object: &'static str, item: &str, expected: &str, found: &str) -> Difference {
        let row = |definition| -> Vec<(&str, &str, &str)> {
            let other = (object, "another", "same");
            if str::is_empty(definition) { vec![other] } else { vec![other, (object, item, definition)] }
        };
        difference(&row(expected), &row(found))
    }

    #[test]
    fn the_three_kinds_are_told_apart() {
        let there = [OWNER, ("table s.u", "owner", "o")];
        assert_eq!(difference(&there, &[OWNER]).kind, Kind::Missing);
        assert_eq!(difference(&[OWNER], &there).kind, Kind::Extra);
        assert_eq!(of_property("table s.t", "owner", "o", "p").kind, Kind::Altered);
        assert_eq!(of_property("table s.t", "index i", "x", "").kind, Kind::Missing);
        assert_eq!(of_property("table s.t", "index i", "", "x").kind, Kind::Extra);
    }

    #[test]
    fn what_the_code_makes_is_mended_and_what_a_migration_made_is_not() {
        for (object, item, expected, found) in [
            ("table s.t", "owner", "tallystick_owner", "postgres"),
            ("table s.t", "comment", "fact: x", ""),
            ("table s.t", "row level security", "enabled, forced", "disabled, forced"),
            ("table s.t", "policy p", "x", ""),
            ("table s.t", "trigger t", "x, always", "x"),
            ("table s.t", "granted to tallystick_app", "SELECT", ""),
            ("table s.t", "granted to tallystick_app on column c", "", "UPDATE"),
            ("function s.f()", "granted to PUBLIC", "", "EXECUTE"),
            ("function s.f()", "body", "x", "y"),
            ("view s.v", "definition", "x", "y"),
            ("role tallystick_app", "attributes", "NOLOGIN", "LOGIN"),
        ] {
            let difference = of_property(object, item, expected, found);
            assert!(difference.is_mendable(), "{difference}");
        }
        for (object, item, expected, found) in [
            ("table s.t", "constraint c", "x", ""),
            ("table s.t", "index i", "x", "y"),
            ("table s.t", "column c", "text", ""),
            ("table s.t", "trigger t", "", "x"),
            ("table s.t", "policy p", "", "x"),
            ("table s.t", "granted to somebody", "", "SELECT"),
        ] {
            let difference = of_property(object, item, expected, found);
            assert!(!difference.is_mendable(), "{difference}");
        }
    }

    #[test]
    fn the_advice_is_a_statement_where_there_is_one() {
        let advice = |item, expected, found| of_property("table s.t", item, expected, found).advice();
        assert_eq!(
            advice("constraint c", "CHECK (x)", ""),
            "as a superuser, ALTER TABLE s.t ADD CONSTRAINT c CHECK (x)"
        );
        assert_eq!(
            advice("constraint c", "CHECK (x)", "CHECK (x) NOT VALID"),
            "as a superuser, ALTER TABLE s.t VALIDATE CONSTRAINT c"
        );
        assert_eq!(
            advice("constraint c", "CHECK (x)", "CHECK (y)"),
            "as a superuser, ALTER TABLE s.t DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (x)"
        );
        assert_eq!(
            advice("constraint c", "FOREIGN KEY", "FOREIGN KEY, triggers disabled"),
            "as a superuser, ALTER TABLE s.t ENABLE TRIGGER ALL, and migrate again"
        );
        let index = "as a superuser, CREATE INDEX i ON s.t";
        assert_eq!(advice("index i", "CREATE INDEX i ON s.t", ""), index);
        assert_eq!(advice("index i", "CREATE INDEX i ON s.t, deferrable", ""), index);
        assert!(advice("index i", "", "CREATE INDEX i ON s.t").contains("find out who made it"));
        assert_eq!(
            advice("granted to joe", "", "SELECT"),
            "as the one who granted it, REVOKE ALL ON TABLE s.t FROM joe"
        );
        assert!(advice("column c", "text", "").starts_with("restore the whole backup"));
        let role = of_property("role tallystick_app", "attributes", "NOLOGIN, NOSUPERUSER", "LOGIN");
        assert_eq!(role.advice(), "as a superuser, ALTER ROLE tallystick_app NOLOGIN NOSUPERUSER");
    }
}

//! What mends a difference between the catalogue and the snapshot.

/// What `tallystick migrate --reapply` installs again.
const REAPPLIED: [&str; 6] = ["body", "settings", "behaviour", "definition", "policy ", "trigger "];

/// Applies the current code again.
pub const REAPPLY: &str = "tallystick migrate --reapply";

/// The statement that mends a whole object: one that is `missing`, or one that is not part of tallystick.
pub(super) fn object(section: &str, missing: bool) -> Option<String> {
    let (kind, name) = section.split_once(' ')?;
    match (kind, missing) {
        ("function" | "view" | "role", true) => Some(REAPPLY.to_owned()),
        ("function", false) => Some(format!("DROP ROUTINE {name}")),
        ("table" | "view" | "sequence", false) => Some(format!("DROP {} {name}", kind.to_uppercase())),
        ("materialized", false) => Some(format!("DROP MATERIALIZED VIEW {}", name.strip_prefix("view ")?)),
        ("foreign", false) => Some(format!("DROP FOREIGN TABLE {}", name.strip_prefix("table ")?)),
        ("composite", false) => Some(format!("DROP TYPE {}", name.strip_prefix("type ")?)),
        _ => None,
    }
}

/// The statement that mends one property of an object: what is `expected` and what was `found`, if anything.
pub(super) fn property(section: &str, item: &str, expected: Option<&str>, found: Option<&str>) -> Option<String> {
    if let Some(holder) = item.strip_prefix("granted to ") {
        return granted(section, holder, expected);
    }
    let (kind, name) = section.split_once(' ')?;
    if item == "owner" {
        let kind = if kind == "function" { "routine" } else { kind };
        return expected.map(|owner| format!("ALTER {} {name} OWNER TO {owner}", kind.to_uppercase()));
    }
    if kind == "table"
        && let Some(statement) = of_table(name, item, expected, found)
    {
        return Some(statement);
    }
    if kind == "role" && item == "attributes" {
        return expected.map(|attributes| format!("ALTER ROLE {name} {}", attributes.replace(',', "")));
    }
    let reapplied = expected.is_some() && REAPPLIED.iter().any(|begin| item.starts_with(begin));
    reapplied.then(|| REAPPLY.to_owned())
}

fn of_table(table: &str, item: &str, expected: Option<&str>, found: Option<&str>) -> Option<String> {
    let (kind, name) = item.split_once(' ').unwrap_or((item, ""));
    match (kind, expected, found) {
        ("constraint", Some(_), Some(found)) if found.ends_with("NOT VALID") => {
            Some(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"))
        }
        // The check of foreign keys says it for each trigger.
        ("constraint", Some(_), Some(found)) if found.ends_with(", triggers disabled") => None,
        ("constraint", Some(expected), None) => Some(format!("ALTER TABLE {table} ADD CONSTRAINT {name} {expected}")),
        ("constraint", Some(expected), Some(_)) => {
            Some(format!("ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {expected}"))
        }
        ("constraint", None, _) => Some(format!("ALTER TABLE {table} DROP CONSTRAINT {name}")),
        ("index", Some(expected), None) => Some(expected.trim_end_matches(", deferrable").to_owned()),
        ("index", None, _) => {
            let schema = table.split('.').next().unwrap_or_default();
            Some(format!("DROP INDEX {schema}.{name}"))
        }
        ("trigger" | "rule" | "policy", None, _) => Some(format!("DROP {} {name} ON {table}", kind.to_uppercase())),
        ("row", Some(_), _) => Some(format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")),
        ("persistence", ..) => Some(format!("ALTER TABLE {table} SET LOGGED")),
        ("comment", Some(expected), _) => {
            Some(format!("COMMENT ON TABLE {table} IS '{}'", expected.replace('\'', "''")))
        }
        _ => None,
    }
}

/// Grants that are too few come back with the code; what is too much is revoked first.
fn granted(section: &str, holder: &str, expected: Option<&str>) -> Option<String> {
    let (kind, name) = section.split_once(' ')?;
    let (holder, column) = match holder.split_once(" on column ") {
        Some((holder, column)) => (holder, Some(column)),
        None => (holder, None),
    };
    let object = match kind {
        "table" | "view" => format!("TABLE {name}"),
        "function" => format!("ROUTINE {name}"),
        "schema" => format!("SCHEMA {name}"),
        "composite" => format!("TYPE {}", name.strip_prefix("type ")?),
        _ => return None,
    };
    let privileges = column.map_or_else(|| "ALL".to_owned(), |column| format!("ALL ({column})"));
    let revoke = format!("REVOKE {privileges} ON {object} FROM {holder}");
    Some(if expected.is_some() { format!("{revoke}; {REAPPLY}") } else { revoke })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_names_what_it_mends() {
        let table = "table tallystick.orders";
        for (item, expected, found, statement) in [
            ("constraint a", Some("CHECK (b)"), None, "ALTER TABLE tallystick.orders ADD CONSTRAINT a CHECK (b)"),
            ("constraint a", None, Some("CHECK (b)"), "ALTER TABLE tallystick.orders DROP CONSTRAINT a"),
            (
                "constraint a",
                Some("CHECK (b)"),
                Some("CHECK (b) NOT VALID"),
                "ALTER TABLE tallystick.orders VALIDATE CONSTRAINT a",
            ),
            ("index a", None, Some("CREATE INDEX a"), "DROP INDEX tallystick.a"),
            ("index a", Some("CREATE INDEX a"), None, "CREATE INDEX a"),
            ("rule a", None, Some("CREATE RULE a"), "DROP RULE a ON tallystick.orders"),
            ("trigger a", Some("CREATE TRIGGER a"), None, REAPPLY),
            ("comment", Some("fact: it's"), None, "COMMENT ON TABLE tallystick.orders IS 'fact: it''s'"),
            (
                "granted to PUBLIC on column total",
                None,
                Some("UPDATE"),
                "REVOKE ALL (total) ON TABLE tallystick.orders FROM PUBLIC",
            ),
        ] {
            assert_eq!(property(table, item, expected, found).as_deref(), Some(statement), "{item}");
        }
        assert_eq!(
            property(table, "column a", Some("text"), Some("integer")),
            None,
            "somebody must decide what becomes of it"
        );
        let function = "function tallystick.new(uuid)";
        assert_eq!(object(function, false).as_deref(), Some("DROP ROUTINE tallystick.new(uuid)"));
        assert_eq!(object(function, true).as_deref(), Some(REAPPLY));
        assert_eq!(object("table tallystick.orders", true), None);
    }
}

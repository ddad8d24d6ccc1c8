//! The checks: every file of `sql/verify`, in the order of the report.
//!
//! The header of a check's file says what the check proves; it is written nowhere else.

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Rows of tenants. The check can be limited to one business.
    Rows,
    /// This database's catalogue.
    Catalogue,
    /// What all databases of the cluster share: roles.
    Cluster,
}

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Its name, that of its file.
    pub name: &'static str,
    /// What it looks at.
    pub subject: Subject,
    text: &'static str,
}

macro_rules! checks {
    ($($name:literal: $subject:ident),* $(,)?) => {
        &[$(Check {
            name: $name,
            subject: Subject::$subject,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/verify/", $name, ".sql")),
        }),*]
    };
}

/// All checks, those on money first.
pub const CHECKS: &[Check] = checks![
    "ledger_chain": Rows,
    "ledger_balances": Rows,
    "ledger_entries": Rows,
    "ledger_credit": Rows,
    "ledger_pointer": Rows,
    "allocations": Rows,
    "ledger_due_times": Rows,
    "ledger_hashes": Rows,
    "ledger_details": Rows,
    "credit_limits": Rows,
    "reversals": Rows,
    "orders_and_ledger": Rows,
    "order_totals": Rows,
    "order_lines": Rows,
    "returns": Rows,
    "return_lines": Rows,
    "product_versions": Rows,
    "stock": Rows,
    "stock_movements": Rows,
    "times": Rows,
    "idempotency_keys": Rows,
    "creations": Rows,
    "identities": Rows,
    "businesses_exist": Rows,
    "references": Rows,
    "settings_in_range": Rows,
    "tenant_tables": Catalogue,
    "tenant_keys": Catalogue,
    "foreign_keys": Catalogue,
    "table_flags": Catalogue,
    "policies": Catalogue,
    "views": Catalogue,
    "copies": Catalogue,
    "functions": Catalogue,
    "definers": Catalogue,
    "system_objects": Catalogue,
    "triggers": Catalogue,
    "event_triggers": Catalogue,
    "replication": Catalogue,
    "database": Catalogue,
    "database_settings": Catalogue,
    "roles": Cluster,
    "memberships": Cluster,
    "role_settings": Cluster,
    "parameters": Cluster,
];

/// What several queries ask for by name: the audit's own list of tables, and who can reach what. Each stands in one file. A
/// part comes before those that it asks for itself.
const PARTS: [(&str, &str); 6] = [
    ("{tenant_rows}", include_str!("../../sql/queries/tenant_rows.sql")),
    ("{dependent_views}", include_str!("../../sql/queries/dependent_views.sql")),
    ("{presets}", include_str!("../../sql/queries/presets.sql")),
    ("{open_schemas}", include_str!("../../sql/queries/open_schemas.sql")),
    ("{callers}", include_str!("../../sql/queries/callers.sql")),
    ("{can_act_as}", include_str!("../../sql/queries/can_act_as.sql")),
];

/// A query with its [`PARTS`].
pub(super) fn with_parts(query: &str) -> String {
    PARTS.iter().fold(query.to_owned(), |query, (name, part)| query.replace(name, part))
}

impl Check {
    /// A few words, from the first line of the file.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.header().next().unwrap_or(self.name)
    }

    /// What it proves: the lines after the first, up to an empty one.
    #[must_use]
    pub fn proves(&self) -> String {
        self.header().skip(1).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The statement that counts the rows per business, and returns a row for each finding.
    ///
    /// Grouping by the finding leaves one row for all rows without a finding. If there are too many findings for memory,
    /// PostgreSQL spills the groups to disk. With `$1`, only that business is checked.
    pub(super) fn statement(&self, one_business: bool) -> String {
        let only = if one_business { "WHERE examined.business_id = $1" } else { "" };
        format!(
            "SELECT examined.business_id, sum(examined.rows_checked)::bigint AS rows_checked,
                CASE WHEN examined.wrong IS NOT NULL
                    THEN jsonb_strip_nulls(to_jsonb(examined) - ARRAY['business_id', 'rows_checked']) END AS finding
            FROM (
                {text}
            ) AS examined
            {only}
            GROUP BY 1, 3",
            text = with_parts(self.text)
        )
    }

    fn header(&self) -> impl Iterator<Item = &'static str> {
        self.text.lines().map_while(|line| line.strip_prefix("--")).map(str::trim)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_is_a_check_and_every_check_a_file() {
        let mut files: Vec<String> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/verify"))
            .unwrap()
            .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".sql").map(str::to_owned))
            .collect();
        files.sort();
        let mut listed: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
        listed.sort_unstable();
        assert_eq!(listed, files);
    }

    #[test]
    fn every_check_says_what_it_proves() {
        for check in CHECKS {
            assert!((4..40).contains(&check.title().len()), "{}: title {:?}", check.name, check.title());
            assert!(check.proves().ends_with('.'), "{}: proves {:?}", check.name, check.proves());
        }
    }

    #[test]
    fn every_part_that_a_check_names_is_there() {
        for check in CHECKS {
            let text = with_parts(check.text);
            let named = |begin: char| text.split('{').skip(1).any(|rest| rest.starts_with(begin));
            assert!(!('a'..='z').any(named), "{}", check.name);
        }
    }

    #[test]
    fn every_check_is_one_statement_that_can_be_wrapped() {
        for check in CHECKS {
            let code: String = check.text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
            assert!(!code.contains(" ;") && !code.trim_end().ends_with(';'), "{} ends with a semicolon", check.name);
        }
    }
}

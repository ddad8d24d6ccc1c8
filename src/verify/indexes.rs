//! Reads each index and its table in the same snapshot, and compares what they hold.
//!
//! A table is read once, without indexes. Each of its indexes is then read alone, from its first entry to its last. Both
//! sides are counted, and their columns are digested and added up, so that a difference of one value is seen. Memory does
//! not grow with the table.
//!
//! Reading an index from end to end does not pass through its upper levels. Where the extension amcheck is installed and
//! the role may use it, it checks those too.

use std::fmt::Write as _;

use serde_json::Value;
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

use super::report::Finding;

const INDEXES: &str = include_str!("../../sql/queries/indexes.sql");
const AMCHECK: &str = include_str!("../../sql/queries/amcheck.sql");

/// The only plan that is left for a statement over the columns of one index is to read that index.
pub(super) const BY_INDEX: &str = "\
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_bitmapscan = off;
    SET LOCAL enable_sort = off;
    SET LOCAL enable_indexscan = on;
    SET LOCAL enable_indexonlyscan = on;
    SET LOCAL max_parallel_workers_per_gather = 0;";

/// The only plan that is left is to read the table.
pub(super) const BY_TABLE: &str = "\
    SET LOCAL enable_seqscan = on;
    SET LOCAL enable_bitmapscan = off;
    SET LOCAL enable_indexscan = off;
    SET LOCAL enable_indexonlyscan = off;
    SET LOCAL max_parallel_workers_per_gather TO DEFAULT;";

/// The planner is free again.
pub(super) const FREELY: &str = "\
    SET LOCAL enable_seqscan = on;
    SET LOCAL enable_bitmapscan = on;
    SET LOCAL enable_sort = on;
    SET LOCAL enable_indexscan = on;
    SET LOCAL enable_indexonlyscan = on;
    SET LOCAL max_parallel_workers_per_gather TO DEFAULT;";

/// A table and its indexes.
pub(super) struct Table {
    pub name: String,
    pub indexes: Vec<Index>,
}

/// An index, as text for statements.
pub(super) struct Index {
    oid: u32,
    /// With its schema.
    pub name: String,
    /// Without its schema, as EXPLAIN names it.
    bare_name: String,
    /// All its columns, the included ones too.
    columns: String,
    /// Its key columns, as in ORDER BY.
    ordering: String,
    /// Its key columns, if their rows compare as the index sorts.
    keys: Option<String>,
    predicate: Option<String>,
    /// Why it cannot be read.
    pub unreadable: Option<String>,
}

/// What one side holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contents {
    pub rows: i64,
    /// The sum of a digest of each row's columns: the same in any order.
    digest: String,
}

/// What reading an index alone found.
pub(super) enum ByIndex {
    /// What it holds, and how many of its entries are smaller than the one before.
    Read(Contents, i64),
    /// PostgreSQL has no plan that reads this index and nothing else.
    NoPlan,
}

/// The tables, by name, each with its indexes.
pub(super) async fn list(client: &Client) -> Result<Vec<Table>, Error> {
    let mut tables: Vec<Table> = Vec::new();
    for row in client.query_typed(INDEXES, &[]).await? {
        let (name, index) = (row.try_get("table")?, index(&row)?);
        match tables.last_mut().filter(|table| table.name == name) {
            Some(table) => table.indexes.push(index),
            None => tables.push(Table { name, indexes: vec![index] }),
        }
    }
    Ok(tables)
}

fn index(row: &Row) -> Result<Index, Error> {
    Ok(Index {
        oid: row.try_get("oid")?,
        name: row.try_get("index")?,
        bare_name: row.try_get("name")?,
        columns: row.try_get("columns")?,
        ordering: row.try_get("ordering")?,
        keys: row.try_get("keys")?,
        predicate: row.try_get("predicate")?,
        unreadable: row.try_get("unreadable")?,
    })
}

/// The name of amcheck's function, if it can be used.
pub(super) async fn amcheck(client: &Client) -> Result<Option<String>, Error> {
    client.query_typed(AMCHECK, &[]).await?.first().map(|row| row.try_get(0)).transpose()
}

/// What `table` holds for each of its indexes, in their order.
pub(super) async fn read_table(client: &Client, table: &Table, only: Option<Uuid>) -> Result<Vec<Contents>, Error> {
    let mut selected = Vec::new();
    for index in &table.indexes {
        let within = index.predicate.as_ref().map_or_else(String::new, |within| format!(" FILTER (WHERE {within})"));
        selected.push(format!("count(*){within}, {}", digested(&index.columns, &within)));
    }
    let statement = format!("SELECT {} FROM {}{}", selected.join(", "), table.name, limits(None, only));
    let row = client.query_typed(&statement, &[]).await?;
    let row = row.first();
    let contents = |position: usize| {
        // An aggregate over nothing is one row still.
        row.map_or_else(|| Ok(Contents { rows: 0, digest: "0".to_owned() }), |row| contents(row, 2 * position))
    };
    (0..table.indexes.len()).map(contents).collect()
}

/// What the index holds, read alone.
pub(super) async fn read_index(
    client: &Client,
    table: &Table,
    index: &Index,
    only: Option<Uuid>,
) -> Result<ByIndex, Error> {
    let falls = index.keys.as_ref().map_or_else(
        || "false".to_owned(),
        |keys| format!("ROW({keys}) < lag(ROW({keys})) OVER (ORDER BY {})", index.ordering),
    );
    let statement = format!(
        "SELECT count(*), coalesce(sum(entry.digest), 0)::text, count(*) FILTER (WHERE entry.falls)
         FROM (SELECT hash_record_extended(ROW({}), 0) AS digest, {falls} AS falls FROM {}{}) AS entry",
        index.columns,
        table.name,
        limits(index.predicate.as_deref(), only)
    );
    let explained = client.query_typed(&format!("EXPLAIN (FORMAT JSON) {statement}"), &[]).await?;
    let plan: Value = explained.first().map(|row| row.try_get(0)).transpose()?.unwrap_or_default();
    if !reads_only(&plan, &index.bare_name) {
        return Ok(ByIndex::NoPlan);
    }
    let rows = client.query_typed(&statement, &[]).await?;
    let Some(row) = rows.first() else { return Ok(ByIndex::NoPlan) };
    Ok(ByIndex::Read(contents(row, 0)?, row.try_get(2)?))
}

/// Lets amcheck look at the structure. An error is a finding.
pub(super) async fn check_structure(client: &Client, amcheck: &str, index: &Index) -> Result<(), Error> {
    client.query_typed(&format!("SELECT {amcheck}({}::oid::regclass)", index.oid), &[]).await.map(drop)
}

/// The finding if the two sides differ.
pub(super) fn compare(
    table: &Table,
    index: &Index,
    by_table: &Contents,
    by_index: &Contents,
    falls: i64,
) -> Option<Finding> {
    let mut wrong = String::new();
    if by_table.rows != by_index.rows {
        wrong = format!("the index has {} entries for {} rows", by_index.rows, by_table.rows);
    } else if by_table.digest != by_index.digest {
        "the index holds other values than its table".clone_into(&mut wrong);
    }
    if falls > 0 {
        // Writing to a String cannot fail.
        _ = write!(wrong, "{}{falls} entries are not in order", if wrong.is_empty() { "" } else { "; " });
    }
    (!wrong.is_empty()).then(|| finding(table, index, wrong))
}

/// A finding about an index, with the statement that mends it.
pub(super) fn finding(table: &Table, index: &Index, wrong: String) -> Finding {
    let keys = [("table", table.name.clone()), ("index", index.name.clone())];
    Finding::of_catalogue(wrong, keys).mended_by(format!("REINDEX INDEX CONCURRENTLY {}", index.name))
}

fn digested(columns: &str, within: &str) -> String {
    format!("coalesce(sum(hash_record_extended(ROW({columns}), 0)){within}, 0)::text")
}

fn contents(row: &Row, first: usize) -> Result<Contents, Error> {
    Ok(Contents { rows: row.try_get(first)?, digest: row.try_get(first + 1)? })
}

fn limits(predicate: Option<&str>, only: Option<Uuid>) -> String {
    let only = only.map(|id| format!("business_id = '{id}'::uuid"));
    let limits: Vec<_> = predicate.map(|predicate| format!("({predicate})")).into_iter().chain(only).collect();
    if limits.is_empty() { String::new() } else { format!(" WHERE {}", limits.join(" AND ")) }
}

/// Whether the plan's only scan is an index-only scan of `index`, and nothing is sorted: so its order is the index's.
fn reads_only(plan: &Value, index: &str) -> bool {
    fn scans<'a>(plan: &'a Value, found: &mut Vec<(&'a str, Option<&'a str>)>) {
        match plan {
            Value::Array(parts) => parts.iter().for_each(|part| scans(part, found)),
            Value::Object(node) => {
                if let Some(kind) = node.get("Node Type").and_then(Value::as_str)
                    && (kind.contains("Scan") || kind.contains("Sort"))
                {
                    found.push((kind, node.get("Index Name").and_then(Value::as_str)));
                }
                node.values().for_each(|part| scans(part, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    scans(plan, &mut found);
    let found: Vec<_> = found.into_iter().filter(|(kind, _)| *kind != "Subquery Scan").collect();
    found == [("Index Only Scan", Some(index))]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_plan_that_reads_the_index_alone_and_in_its_order_counts() {
        let scan = |kind: &str| json!([{"Plan": {"Node Type": "Aggregate", "Plans": [{"Node Type": kind, "Index Name": "pk"}]}}]);
        assert!(reads_only(&scan("Index Only Scan"), "pk"));
        assert!(!reads_only(&scan("Index Only Scan"), "another"));
        assert!(!reads_only(&scan("Index Scan"), "pk"), "it gives the table's values");
        assert!(!reads_only(&json!([{"Plan": {"Node Type": "Seq Scan"}}]), "pk"));
        let sorted =
            json!([{"Plan": {"Node Type": "Sort", "Plans": [{"Node Type": "Index Only Scan", "Index Name": "pk"}]}}]);
        assert!(!reads_only(&sorted, "pk"));
    }

    #[test]
    fn one_business_and_a_partial_index_limit_what_is_read() {
        let id = Uuid::nil();
        assert_eq!(limits(None, None), "");
        assert_eq!(limits(Some("kind = 'a'"), None), " WHERE (kind = 'a')");
        let both = " WHERE (kind = 'a') AND business_id = '00000000-0000-0000-0000-000000000000'::uuid";
        assert_eq!(limits(Some("kind = 'a'"), Some(id)), both);
    }
}

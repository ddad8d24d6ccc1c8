//! Everything that a database holds of its businesses, to prove that a request changed nothing.

use super::fresh_database::FreshDatabase;

/// Every row of every table, as text.
pub async fn contents(database: &FreshDatabase) -> Vec<String> {
    let session = database.session().await;
    let tables = "SELECT relname::text FROM pg_class WHERE relnamespace = 'tallystick'::regnamespace AND relkind = 'r'";
    let mut rows = Vec::new();
    for table in session.client().query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        let query = format!("SELECT t::text FROM tallystick.{table} AS t");
        let found = session.client().query(&query, &[]).await.unwrap();
        rows.extend(found.iter().map(|row| format!("{table}: {}", row.get::<_, String>(0))));
    }
    rows.sort();
    rows
}

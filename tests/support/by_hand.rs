//! Right rows for tests that write to tables by hand, and then make one thing wrong. The functions are in `by_hand.sql`.

use super::fresh_database::FreshDatabase;

/// Column and value, as SQL.
pub type Values<'a> = &'a [(&'a str, &'a str)];

/// Installs the functions of schema `by_hand`. Sessions forget the plans that they made before.
pub async fn install(database: &FreshDatabase) {
    database.session().await.client().batch_execute(include_str!("by_hand.sql")).await.unwrap();
}

/// The values as a jsonb expression. Later values count more than earlier ones.
pub fn object(values: &[Values]) -> String {
    let pairs =
        values.iter().copied().flatten().map(|(column, value)| format!(" || jsonb_build_object('{column}', {value})"));
    format!("'{{}}'::jsonb{}", pairs.collect::<String>())
}

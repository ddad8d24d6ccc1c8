//! Every query names its business all the same: with row level security switched off, every function does the same.
//!
//! Two businesses have the same ids, keys, references and prefixes, and different figures behind them. Whatever a function
//! takes from the other one shows: in its answer, or in the tables afterwards.

use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use crate::support::{
    actor::{Actor, TextRow, context},
    fresh_database::{FreshDatabase, SERVER_ROLE},
    tables::TENANT_TABLES,
    two_businesses::{OURS, THEIRS, Tenant},
};

/// The same for both businesses, but for `{name}` and `{figure}`.
const PLANTING: [&str; 17] = [
    "business_create({business}, '{name}', 'EUR', '{\"type\": \"age\", \"days\": 0}')",
    "api_key_create({business}, {1}, '{name}', 'twinprefix', sha256('{name}'), '{read}', NULL)",
    "customer_create({business}, {1}, '{name} 1', 'twin', {figure}000, false, 'twin-creation')",
    "customer_create({business}, {2}, '{name} 2', NULL, {figure}500, false)",
    "product_create({business}, {1}, 'twin', '{name} 1', 1{figure}, 10{figure}, 'twin-creation')",
    "product_create({business}, {2}, 'other', '{name} 2', 2{figure}, 20{figure})",
    "purchase({business}, {1}, ARRAY[{1}, {2}], '{1,{figure}}', 'twin-purchase', {1})",
    "purchase({business}, {2}, ARRAY[{2}], '{{figure}}', 'twin-purchase-2', {2})",
    "return_record({business}, {1}, '{1}', '{1}', '{NULL}', '{name}', 'twin-return', {10})",
    "payment_record({business}, {1}, {figure}, 'twin-payment', {3}, ARRAY[{1}], '{1}', 'twin')",
    "payment_record({business}, {1}, {figure}, 'twin-payment-2', {6}, p_reference => 'twin')",
    "reversal_record({business}, '{payment}', {6}, 'why', 'twin-reversal', {7})",
    "stock_movement_record({business}, {1}, 1{figure}, 'twin', 'twin-movement', {1})",
    "stock_movement_record({business}, {2}, {figure}, 'twin', 'twin-movement-2', {2})",
    "customer_update({business}, {2}, '{name} second', NULL, NULL, false, NULL)",
    "adjustment_record({business}, {1}, 'debit', 1{figure}000, 'why', 'twin-adjustment', {12}, NULL, 20000)",
    "adjustment_record({business}, {1}, 'credit', 1{figure}000, 'why', 'twin-credit', p_charge_ids => ARRAY[{12}], p_amounts => '{1{figure}000}')",
];

/// What only the other business has.
const THEIRS_ONLY: [&str; 8] = [
    "customer_create({business}, {8}, 'theirs only', 'theirs', 1000, false, 'their-creation')",
    "product_create({business}, {8}, 'theirs', 'theirs only', 1, 0, 'their-creation')",
    "api_key_create({business}, {8}, 'theirs only', 'theironly', sha256('y'), '{read}', NULL, 'their-creation')",
    "payment_record({business}, {1}, 1, 'their-payment', {4})",
    "payment_record({business}, {2}, 1, 'their-payment-2', {5})",
    "stock_movement_record({business}, {1}, 1, 'theirs', 'their-movement', {3})",
    "purchase({business}, {2}, ARRAY[{1}], '{3}', 'their-purchase', {8})",
    "return_record({business}, {8}, '{1}', '{1}', '{NULL}', 'theirs', 'their-return', {11})",
];

/// What a function says that did it.
const DONE: [Option<&str>; 2] = [Some("created"), Some("updated")];

/// What we ask for. Nothing of it may depend on the other business.
const CALLS: [&str; 127] = [
    "business_get({business})",
    "business_create({business}, 'again', 'USD')",
    "business_create({business}, 'again', 'USD', NULL, 'UTC', 'new')",
    "api_key_find({business}, 'twinprefix')",
    "api_key_list({business}, NULL, 10)",
    "api_key_create({business}, {1}, 'again', 'again0000', sha256('x'), '{read}', NULL)",
    "api_key_create({business}, {9}, 'new', 'new000000', sha256('x'), '{read}', NULL)",
    "api_key_create({business}, {9}, 'theirs only', 'new000000', sha256('x'), '{read}', NULL, 'their-creation')",
    "api_key_revoke({business}, {1})",
    "customer_get({business}, {1})",
    "customer_get({business}, {2})",
    "customer_list({business}, NULL, NULL, 10)",
    "customer_list({business}, 'twin', NULL, 10)",
    "customer_create({business}, {1}, 'again', 'again', 1, true)",
    "customer_create({business}, {9}, 'new', 'theirs', 1, true)",
    "customer_create({business}, {9}, '{name} 1', 'twin', {figure}000, false, 'twin-creation')",
    "customer_create({business}, {9}, 'theirs only', 'theirs', 1000, false, 'their-creation')",
    "customer_create({business}, {9}, 'new', 'twin', 1, true)",
    "customer_update({business}, {1}, 'changed', 5, true, true, 'changed', p_version => {9})",
    "customer_update({business}, {8}, 'changed', 5, true, true, 'changed', p_version => {9})",
    "customer_update({business}, {1}, 'changed', 5, true, true, 'changed', p_version => {9}, p_expected_versions => ARRAY[{1}])",
    "customer_update({business}, {8}, 'changed', 5, true, true, 'changed', p_version => {9}, p_expected_versions => ARRAY[{8}])",
    "customer_update({business}, {2}, 'changed', 5, true, true, 'twin', p_version => {9})",
    "product_get({business}, {1})",
    "product_list({business}, NULL, NULL, 10)",
    "product_list({business}, 'twin', NULL, 10)",
    "product_create({business}, {1}, 'again', 'again', 1, 0)",
    "product_create({business}, {9}, 'theirs', 'new', 1, 0)",
    "product_create({business}, {9}, 'twin', '{name} 1', 1{figure}, 10{figure}, 'twin-creation')",
    "product_create({business}, {9}, 'theirs', 'theirs only', 1, 0, 'their-creation')",
    "product_update({business}, {1}, 'changed', 'changed', 5, p_version => {9})",
    "product_update({business}, {8}, 'changed', 'changed', 5, p_version => {9})",
    "product_update({business}, {1}, 'changed', 'changed', 5, p_version => {9}, p_expected_versions => ARRAY[{1}])",
    "product_update({business}, {8}, 'changed', 'changed', 5, p_version => {9}, p_expected_versions => ARRAY[{8}])",
    "product_update({business}, {1}, NULL, NULL, NULL, p_version => {9}, p_set_unit => true, p_unit => 'kg', p_backorder_limit => 5)",
    "product_update({business}, {1}, NULL, NULL, NULL, p_version => {9}, p_track_stock => false)",
    "product_create({business}, {9}, 'twin', 'new', 1, 0)",
    "product_update({business}, {2}, 'twin', 'changed', 5, p_version => {9})",
    "ledger_list({business}, {1}, NULL, 10)",
    "entry_get({business}, '{payment}', {3})",
    "entry_get({business}, '{payment}', {4})",
    "entry_list({business}, '{payment}', NULL, NULL, NULL, 10)",
    "entry_list({business}, '{payment}', {1}, NULL, NULL, 10)",
    "entry_list({business}, '{payment}', NULL, 'twin', NULL, 10)",
    "order_get({business}, {1})",
    "order_list({business}, NULL, NULL, 10)",
    "order_list({business}, {1}, NULL, 10)",
    "return_record({business}, {1}, '{2}', '{1}', '{NULL}', 'new', 'new', {9})",
    "return_record({business}, {1}, '{2}', '{1}', '{NULL}', 'new', 'their-return', {9})",
    "return_record({business}, {1}, '{2}', '{1}', '{NULL}', 'new', 'their-payment', {9})",
    "return_record({business}, {1}, '{1}', '{1}', '{NULL}', '{name}', 'twin-return', {9})",
    "return_record({business}, {1}, '{1,2}', '{1,100}', '{NULL,NULL}', 'new', 'new', {9})",
    "return_record({business}, {2}, '{1}', '{2}', '{1}', 'new', 'new', {9})",
    "return_record({business}, {8}, '{1}', '{1}', '{NULL}', 'new', 'new', {9})",
    "return_read({business}, {10})",
    "return_read({business}, {11})",
    "return_get({business}, {10})",
    "return_get({business}, {11})",
    "return_list({business}, NULL, NULL, NULL, 10)",
    "return_list({business}, {1}, NULL, NULL, 10)",
    "return_list({business}, NULL, {1}, NULL, 10)",
    "return_list({business}, {8}, {2}, NULL, 10)",
    "overdue_list({business}, NULL, 10)",
    "limit_override_list({business}, NULL, 10)",
    "open_charges({business}, {1}, NULL, NULL, 10)",
    "open_charges({business}, {8}, NULL, NULL, 10)",
    "ledger_entry_as_of({business}, {1}, '2100-01-01')",
    "ledger_entry_as_of({business}, {8}, '2100-01-01')",
    "customer_aging({business}, {1}, '2100-01-01')",
    "customer_aging({business}, {8}, '2100-01-01')",
    "business_aging({business}, NULL, NULL, 10)",
    "aging_totals({business}, '2100-01-01')",
    "aging_totals({business}, '2100-01-01', NULL, NULL, NULL, 1)",
    "aging_totals({business}, '2100-01-01', {1}, 3, 3)",
    "stock_movement_list({business}, {1}, NULL, NULL, 10, false)",
    "stock_movement_list({business}, {8}, NULL, NULL, 10, false)",
    "stock_movement_list({business}, {1}, NULL, NULL, 10, true)",
    "stock_movement_list({business}, {8}, NULL, NULL, 10, true)",
    "proof_list({business}, NULL, 10)",
    "statement_period({business}, {1}, '2020-01-01', '2020-01-31')",
    "statement_period({business}, {1}, '2020-01-01', '2100-01-31')",
    "statement_period({business}, {8}, '2020-01-01', '2020-01-31')",
    "statement_get({business}, {1}, '2020-01-01', '2100-01-01')",
    "statement_get({business}, {8}, '2020-01-01', '2100-01-01')",
    "statement_line_list({business}, {1}, NULL, NULL, NULL, 10)",
    "statement_line_list({business}, {8}, NULL, NULL, NULL, 10)",
    "payment_record({business}, {1}, 5, 'new', {9})",
    "payment_record({business}, {1}, 5, 'their-payment', {9})",
    "payment_record({business}, {1}, {figure}, 'twin-payment', {9}, ARRAY[{1}], '{1}', 'twin')",
    "payment_record({business}, {8}, 5, 'new', {9})",
    "adjustment_record({business}, {1}, 'fee', 5, 'why', 'new', {9})",
    "adjustment_record({business}, {1}, 'fee', 5, 'why', 'their-payment', {9})",
    "adjustment_record({business}, {1}, 'debit', 1{figure}000, 'why', 'twin-adjustment', {9}, NULL, 20000)",
    "adjustment_record({business}, {8}, 'fee', 5, 'why', 'new', {9})",
    "adjustment_record({business}, {1}, 'credit', 5, 'why', 'new', {9}, p_charge_ids => ARRAY[{1}], p_amounts => '{2}')",
    "adjustment_record({business}, {1}, 'credit', 5, 'why', 'new', {9}, p_charge_ids => ARRAY[{8}], p_amounts => '{2}')",
    "adjustment_record({business}, {1}, 'write_off', 9000, 'why', 'new', {9})",
    "adjustment_record({business}, {1}, 'opening', 9000000, 'why', 'new', {9}, p_authorized_limit => 8000)",
    "refund_record({business}, {1}, 5, 'why', 'new', {9})",
    "refund_record({business}, {2}, 900000, 'why', 'their-payment', {9})",
    "refund_record({business}, {8}, 5, 'why', 'new', {9})",
    "customer_update({business}, {2}, NULL, NULL, NULL, false, NULL, p_version => {9}, p_set_overdue_hold_after_days => true, p_overdue_hold_after_days => 5)",
    "payment_record({business}, {1}, 5, 'new', {9}, ARRAY[{1}], '{5}')",
    "payment_record({business}, {2}, 5, 'new', {9}, ARRAY[{8}], '{5}')",
    "allocation_record({business}, {1}, ARRAY[{1}], '{1}', 'why', 'new', {9})",
    "allocation_record({business}, {1}, ARRAY[{1}], '{-1}', 'why', 'new', {9})",
    "allocation_record({business}, {1}, ARRAY[{1}], '{-1}', 'why', 'their-payment', {9})",
    "allocation_record({business}, {2}, ARRAY[{8}], '{1}', 'why', 'new', {9})",
    "allocation_record({business}, {8}, ARRAY[{1}], '{1}', 'why', 'new', {9})",
    "reversal_record({business}, '{payment}', {3}, 'why', 'new', {9})",
    "reversal_record({business}, '{payment}', {3}, 'why', 'their-payment', {9})",
    "reversal_record({business}, '{payment}', {4}, 'why', 'new', {9})",
    "reversal_record({business}, '{payment}', {6}, 'why', 'new', {9})",
    "reversal_record({business}, '{payment}', {6}, 'why', 'twin-reversal', {9})",
    "stock_movement_record({business}, {1}, 5, 'new', 'new', {9})",
    "stock_movement_record({business}, {1}, 5, 'new', 'their-movement', {9})",
    "stock_movement_record({business}, {1}, 1{figure}, 'twin', 'twin-movement', {9})",
    "stock_movement_record({business}, {8}, 5, 'new', 'new', {9})",
    "purchase({business}, {1}, ARRAY[{1}, {2}], '{1,1}', 'new', {9})",
    "purchase({business}, {1}, ARRAY[{1}], '{1}', 'their-payment', {9})",
    "purchase({business}, {1}, ARRAY[{1}, {2}], '{1,{figure}}', 'twin-purchase', {9})",
    r#"purchase({business}, {1}, ARRAY[{1}, {2}], '{1,1}', 'new', {9}, p_options => '{"lines": [{"unit_price": 1, "tax": 2}, null]}')"#,
    "purchase({business}, {8}, ARRAY[{1}], '{1}', 'new', {9})",
    "purchase({business}, {1}, ARRAY[{8}], '{1}', 'new', {9})",
    "purchase_batch({business}, ARRAY[{1},{2}], ARRAY[{1},{2}], '{2,1}', '{a,b}', '{x,y}', ARRAY[{8},{9}], '{1,1}', '{2,1}', '{3,4}', NULL, 'wait')",
    "purchase_batch({business}, ARRAY[{1},{2}], ARRAY[{1},{2}], '{2,1}', '{a,b}', '{x,y}', ARRAY[{8},{9}], '{1,1}', '{2,1}', '{3,4}', NULL, 'pass over customers')",
    "purchase_batch({business}, ARRAY[{1},{2}], ARRAY[{1},{2}], '{2,1}', '{a,b}', '{x,y}', ARRAY[{8},{9}], '{1,1}', '{2,1}', '{3,4}', NULL, 'pass over all')",
];

/// A call with the ids in their places. A quantity in braces is none of them.
fn fill(call: &str, tenant: Tenant) -> String {
    let (name, figure) = if tenant.id("business") == OURS.id("business") { ("ours", "7") } else { ("theirs", "1") };
    let call = call.replace("{figure}", figure).replace("{name}", name);
    let call = call.replace("{business}", &format!("'{}'::uuid", tenant.id("business")));
    // Arrays of quantities are quoted, ids are not.
    (1..=12).fold(call, |call, number| {
        let id = format!("'dddddddd-0000-7000-8000-{number:012}'::uuid");
        call.replace(&format!(" {{{number}}}"), &format!(" {id}"))
            .replace(&format!("[{{{number}}}"), &format!("[{id}"))
            .replace(&format!(",{{{number}}}"), &format!(",{id}"))
    })
}

async fn twins() -> FreshDatabase {
    let database = FreshDatabase::installed().await;
    let planter = database.session_as(SERVER_ROLE).await;
    let is_refusal = |row: &SimpleQueryRow| row.try_get("outcome").is_ok_and(|outcome| !DONE.contains(&outcome));
    for (tenant, calls) in [(OURS, &PLANTING[..]), (THEIRS, &PLANTING), (THEIRS, &THEIRS_ONLY)] {
        for call in calls {
            let context = context(&tenant.id("business"));
            let sql = format!("BEGIN; {context} SELECT * FROM tallystick.{}; COMMIT", fill(call, tenant));
            let answer = planter.client().simple_query(&sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
            let refused = answer.iter().any(|row| matches!(row, SimpleQueryMessage::Row(row) if is_refusal(row)));
            assert!(!refused, "refused: {sql}");
        }
    }
    database
}

/// What comes of a call of ours, and what all tables hold afterwards, but for times and what follows from them.
fn told(call: &str) -> String {
    let act = format!("SET LOCAL ROLE {SERVER_ROLE}; {}", context(&OURS.id("business")));
    let answer = format!(
        "SELECT to_jsonb(answer) - ARRAY['created_at', 'due_at', 'entry_hash', 'revoked_at', 'lock_wait_us', 'as_of', 'closed_at']
                #- '{{customer,created_at}}' #- '{{product,created_at}}'
                #- '{{entry,created_at}}' #- '{{entry,due_at}}' #- '{{entry,entry_hash}}'
         FROM (SELECT * FROM tallystick.{}) AS answer",
        fill(call, OURS)
    );
    let contents = TENANT_TABLES.map(|table| {
        let ended = "- ARRAY['created_at', 'due_at', 'entry_hash'] || CASE WHEN row ->> 'revoked_at' IS NULL THEN '{}' ELSE '{\"revoked_at\": 1}' END::jsonb";
        format!("SELECT '{table}', row {ended} FROM (SELECT to_jsonb(t) FROM tallystick.{table} AS t) AS t (row) ORDER BY 2")
    });
    format!("{act}; {answer}; RESET ROLE; {}", contents.join("; "))
}

#[tokio::test]
async fn with_row_level_security_off_every_answer_is_the_same() {
    let database = twins().await;
    let held = Actor::superuser(&database).await;
    let open =
        TENANT_TABLES.map(|table| format!("ALTER TABLE tallystick.{table} DISABLE ROW LEVEL SECURITY;")).concat();
    for call in CALLS {
        let with: Vec<TextRow> = held.rows(&told(call)).await;
        let without = held.rows(&format!("{open} {}", told(call))).await;
        assert_eq!(without, with, "{call}");
    }
}

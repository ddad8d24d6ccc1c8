//! The next `migrate` takes back what an operator granted by hand.

use tallystick::schema::migrate::{MigrateOptions, migrate};

use crate::support::{actor::Actor, fresh_database::FreshDatabase, source::source};

#[tokio::test]
async fn what_was_granted_by_hand_is_taken_back_when_the_code_is_applied_again() {
    let database = FreshDatabase::installed().await;
    let superuser = Actor::superuser(&database).await;
    let grants = "
        GRANT INSERT ON tallystick.credit_ledger TO tallystick_app;
        GRANT SELECT ON tallystick.api_keys TO PUBLIC;
        GRANT UPDATE ON tallystick.customers TO authenticated;
        GRANT EXECUTE ON FUNCTION tallystick.payment_record TO authenticated;
        GRANT EXECUTE ON FUNCTION tallystick.new_id TO PUBLIC;";
    database.session().await.client().batch_execute(grants).await.unwrap();
    let granted = "
        SELECT has_table_privilege('tallystick_app', 'tallystick.credit_ledger', 'INSERT'),
               has_table_privilege('anon', 'tallystick.api_keys', 'SELECT'),
               has_table_privilege('authenticated', 'tallystick.customers', 'UPDATE'),
               has_function_privilege('authenticated', 'tallystick.payment_record(uuid, uuid, bigint, text, uuid, uuid[], bigint[], text, date, text, text)', 'EXECUTE'),
               has_function_privilege('anon', 'tallystick.new_id()', 'EXECUTE')";
    let reapply = MigrateOptions { reapply: true, ..MigrateOptions::default() };
    assert_eq!(superuser.rows(granted).await, [vec![Some("t".to_owned()); 5]]);
    migrate(&database.url(), &source(), reapply, &mut |_| {}).await.unwrap();
    assert_eq!(superuser.rows(granted).await, [vec![Some("f".to_owned()); 5]]);
}

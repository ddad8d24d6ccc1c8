//! A restored database is a good database: what a dump or a restore leaves out, `migrate` notices and mends, or says what is to
//! be done. It drops nothing.

use std::path::Path;

use tallystick::schema::{
    migrate::{Difference, MigrateError, MigrateOptions, Report, Source, embedded, migrate},
    role_check::{Refusal, check},
};
use tokio::process::Command;

use crate::support::{
    actor::Actor,
    audit,
    cluster::cluster,
    fresh_database::FreshDatabase,
    temp_folder::TempFolder,
    two_businesses::{OURS, fill, two_businesses},
};

use super::{
    snapshot::{assert_same, catalogue},
    upgrade::{catalogue_of_the_next_release, next_release},
};

/// Runs a program of PostgreSQL's. Returns its messages, and whether it says that all went well.
pub(super) async fn postgres_program(name: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(cluster().bin_dir().join(name)).args(arguments).output().await.unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

pub(super) async fn dump(database: &FreshDatabase, file: &Path, flags: &[&str]) {
    let (url, file) = (cluster().superuser_url(&database.name), file.to_str().unwrap());
    let (done, said) = postgres_program("pg_dump", &[&["-d", &url, "-f", file][..], flags].concat()).await;
    assert!(done, "{said}");
}

async fn restore(file: &Path, flags: &[&str]) -> FreshDatabase {
    let database = FreshDatabase::create().await;
    let (url, file) = (cluster().superuser_url(&database.name), file.to_str().unwrap());
    let (done, said) = postgres_program("pg_restore", &[&["-d", &url, file][..], flags].concat()).await;
    assert!(done, "{said}");
    database
}

async fn migrated(database: &FreshDatabase, source: &Source) -> Result<Report, MigrateError> {
    migrate(&database.url(), source, MigrateOptions::default(), &mut |_| {}).await
}

/// A purchase, as the server makes it, is accepted.
async fn sells(database: &FreshDatabase) {
    let server = Actor::server(database, &OURS.id("business")).await;
    let purchase =
        "SELECT outcome FROM tallystick.purchase({business}, {newcomer}, ARRAY[{product}], '{1}', 'restored')";
    assert_eq!(server.value(&fill(purchase)).await, "created");
}

fn names(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_dump_that_is_restored_has_the_same_catalogue() {
    let original = two_businesses().await;
    let folder = TempFolder::created();
    let file = folder.path().join("plain.sql");
    dump(&original, &file, &[]).await;
    let restored = FreshDatabase::create().await;
    let url = cluster().superuser_url(&restored.name);
    let arguments = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &url, "-f", file.to_str().unwrap()];
    let (done, said) = postgres_program("psql", &arguments).await;
    assert!(done, "{said}");
    assert_same(&catalogue(&restored).await, &catalogue(&original).await);
}

/// Domains and composite types of ours that belong to somebody else.
const TYPES_OF_OTHERS: &str = "
    SELECT count(*) FROM pg_type
    WHERE typnamespace = 'tallystick'::regnamespace AND typowner <> 'tallystick_owner'::regrole";

#[tokio::test]
async fn whatever_a_restore_leaves_out_is_mended_by_migrate() {
    let source = embedded::source().unwrap();
    let original = two_businesses().await;
    let folder = TempFolder::created();
    let file = folder.path().join("custom.dump");
    dump(&original, &file, &["--format=custom"]).await;
    for (flags, expected) in [
        // Privileges on the database itself are in no dump.
        (&[][..], &["database, granted to PUBLIC: it is not part of tallystick (TEMPORARY)"][..]),
        (
            &["--no-owner", "--no-privileges", "--no-comments"],
            &[
                "schema tallystick_migrate, owner: it is not as shipped (expected tallystick_owner; found postgres)",
                "schema tallystick, owner: it is not as shipped (expected tallystick_owner; found postgres)",
                "table tallystick.orders, owner: it is not as shipped (expected tallystick_owner; found postgres)",
                "table tallystick.orders, comment: it is missing",
                "table tallystick.orders, granted to tallystick_app: it is missing",
                "function tallystick.new_id(), granted to PUBLIC: it is not part of tallystick (EXECUTE)",
            ],
        ),
    ] {
        let restored = restore(&file, flags).await;
        let report = migrated(&restored, &source).await.unwrap();
        let mended = names(&report.mended);
        for expected in expected {
            assert!(mended.iter().any(|mended| mended == expected), "{expected}\n{mended:#?}");
        }
        assert_eq!((names(&report.left), report.applied.len()), (vec![], 0), "{flags:?}");
        assert_eq!(Actor::superuser(&restored).await.value(TYPES_OF_OTHERS).await, "0", "{flags:?}");
        audit::audit(&restored).await;
        sells(&restored).await;
        assert!(migrated(&restored, &source).await.unwrap().nothing_to_do(), "{flags:?}");
    }
}

#[tokio::test]
async fn a_restored_dump_of_an_earlier_release_is_upgraded_and_mended_at_once() {
    let earlier = two_businesses().await;
    let folder = TempFolder::created();
    let file = folder.path().join("custom.dump");
    dump(&earlier, &file, &["--format=custom"]).await;
    let restored = restore(&file, &["--no-owner", "--no-privileges", "--no-comments"]).await;
    let report = migrated(&restored, &next_release()).await.unwrap();
    assert_eq!(report.applied.len(), 1);
    assert_same(&catalogue(&restored).await, &catalogue_of_the_next_release().await);
    sells(&restored).await;
}

#[tokio::test]
async fn a_server_does_not_start_on_a_restored_database_before_it_is_mended() {
    let (source, original) = (embedded::source().unwrap(), FreshDatabase::installed().await);
    let folder = TempFolder::created();
    let file = folder.path().join("custom.dump");
    dump(&original, &file, &["--format=custom"]).await;
    for (flag, expected) in [("--no-owner", "belongs to postgres"), ("--no-privileges", "may not read schema")] {
        let restored = restore(&file, &[flag]).await;
        let revoke = format!("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC", restored.name);
        restored.session().await.client().batch_execute(&revoke).await.unwrap();
        let refusal = check(&restored.server_url(), &source).await.unwrap_err();
        assert!(matches!(refusal, Refusal::ForeignOwner { .. } | Refusal::Unreadable), "{refusal}");
        let said = refusal.to_string();
        assert!(said.contains(expected) && said.contains("run `tallystick migrate`"), "{said}");
        migrated(&restored, &source).await.unwrap();
        check(&restored.server_url(), &source).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_changed_by_hand_is_noticed_and_mended_without_being_asked() {
    let database = two_businesses().await;
    let change = "
        -- pg_restore --data-only --disable-triggers does this.
        ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER ALL;
        ALTER TABLE tallystick.credit_ledger ENABLE TRIGGER ALL;
        -- pg_dump --no-policies does this.
        DROP POLICY tenant_isolation ON tallystick.orders;
        ALTER TABLE tallystick.orders DISABLE ROW LEVEL SECURITY;
        -- Grants and triggers follow from these.
        COMMENT ON TABLE tallystick.api_keys IS 'state: hashes of API keys';
        COMMENT ON TABLE tallystick.stock_movements IS 'state: opening stock, restocks and corrections';
        DROP TRIGGER refuse_truncate ON tallystick.stock_movements;
        GRANT EXECUTE ON FUNCTION tallystick.new_id TO tallystick_app WITH GRANT OPTION;
        GRANT CREATE ON SCHEMA tallystick TO PUBLIC;
        REVOKE SELECT ON tallystick.customers FROM tallystick_owner;
        DROP VIEW tallystick.overdue_customers CASCADE;
        ALTER FUNCTION tallystick.payment_record SECURITY INVOKER;";
    database.session().await.client().batch_execute(change).await.unwrap();
    let report = migrated(&database, &embedded::source().unwrap()).await.unwrap();
    assert_eq!(names(&report.left), [""; 0]);
    let mended = names(&report.mended).join("\n");
    for object in [
        "table tallystick.credit_ledger, trigger refuse_change",
        "table tallystick.credit_ledger, trigger ledger_entries_are_right",
        "table tallystick.orders, policy tenant_isolation",
        "table tallystick.orders, row level security",
        "table tallystick.api_keys, comment",
        "table tallystick.stock_movements, trigger refuse_truncate",
        "function tallystick.new_id(), granted to tallystick_app",
        "schema tallystick, granted to PUBLIC",
        "table tallystick.customers, granted to tallystick_owner",
        "view tallystick.overdue_customers",
    ] {
        assert!(mended.contains(object), "{object}\n{mended}");
    }
    audit::audit(&database).await;
}

/// A comment decides what signed-in users read. If it were believed when the grants are applied again, they would read more.
#[tokio::test]
async fn what_a_table_is_does_not_follow_from_a_comment_that_was_changed_by_hand() {
    let database = FreshDatabase::installed().await;
    let changes = ["IS 'state: hashes of API keys'", "IS NULL"];
    for change in changes {
        let comment = format!("COMMENT ON TABLE tallystick.api_keys {change}");
        database.session().await.client().batch_execute(&comment).await.unwrap();
        let reapply = MigrateOptions { reapply: true, ..MigrateOptions::default() };
        migrate(&database.url(), &crate::support::source::source(), reapply, &mut |_| {}).await.unwrap();
        let reads = "SELECT has_table_privilege('authenticated', 'tallystick.api_keys', 'SELECT')";
        assert_eq!(Actor::superuser(&database).await.value(reads).await, "f", "{change}");
    }
}

#[tokio::test]
async fn what_migrate_cannot_mend_is_named_with_the_statement_that_does() {
    let source = embedded::source().unwrap();
    let database = two_businesses().await;
    let superuser = database.session().await;
    let change = "
        ALTER TABLE tallystick.orders DROP CONSTRAINT orders_have_a_first_line;
        ALTER TABLE tallystick.products DROP CONSTRAINT products_stock_is_never_below_zero,
            ADD CONSTRAINT products_stock_is_never_below_zero CHECK (stock >= -1);
        DROP INDEX tallystick.stock_movements_by_product;
        CREATE INDEX mine ON tallystick.orders (created_at);";
    superuser.client().batch_execute(change).await.unwrap();
    let report = migrated(&database, &source).await.unwrap();
    assert_eq!(report.left.len(), 4, "{:#?}", names(&report.left));
    assert!(!report.code_applied, "nothing of it follows from the code");
    let to_be_done: Vec<&Difference> = report.to_be_done().collect();
    assert_eq!(to_be_done.len(), 3, "an index in addition is no failure: {to_be_done:#?}");
    for one in to_be_done {
        let advice = one.advice();
        let statement = advice.strip_prefix("as a superuser, ").unwrap_or_else(|| panic!("{one}: {advice}"));
        superuser.client().batch_execute(statement).await.unwrap();
    }
    superuser.client().batch_execute("DROP INDEX tallystick.mine").await.unwrap();
    let report = migrated(&database, &source).await.unwrap();
    assert!(report.nothing_to_do() && report.left.is_empty(), "{:#?}", names(&report.left));
}

#[tokio::test]
async fn a_database_that_was_restored_in_part_is_left_alone() {
    let original = two_businesses().await;
    let folder = TempFolder::created();
    let file = folder.path().join("custom.dump");
    dump(&original, &file, &["--format=custom", "--schema=tallystick"]).await;

    let without_history = restore(&file, &[]).await;
    let error = migrated(&without_history, &embedded::source().unwrap()).await.unwrap_err();
    assert!(matches!(error, MigrateError::NoHistory), "{error}");
    assert!(error.to_string().contains("restore schema tallystick_migrate from the same backup"), "{error}");

    dump(&original, &file, &["--format=custom"]).await;
    let without_a_table = restore(&file, &[]).await;
    let lose = "DROP TABLE tallystick.api_keys CASCADE; ALTER TABLE tallystick.orders DROP COLUMN created_at CASCADE";
    without_a_table.session().await.client().batch_execute(lose).await.unwrap();
    let error = migrated(&without_a_table, &embedded::source().unwrap()).await.unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, MigrateError::Incomplete(_)), "{said}");
    for part in
        ["table tallystick.api_keys: it is missing", "table tallystick.orders, column created_at: it is missing"]
    {
        assert!(said.contains(part), "{said}");
    }
    assert!(said.contains("restore the whole backup into a new database"), "{said}");
    // Nothing was changed: not even TEMP was revoked.
    let temporary = "SELECT has_database_privilege('tallystick_app', current_database(), 'TEMPORARY')";
    assert_eq!(Actor::superuser(&without_a_table).await.value(temporary).await, "t");
}

#[tokio::test]
async fn a_grant_that_was_deleted_from_a_functions_file_is_taken_back() {
    let database = FreshDatabase::installed().await;
    let mut source = crate::support::source::source();
    let file = source.code.iter_mut().find(|script| script.path == "functions/payment_record.sql").unwrap();
    let grant = "GRANT EXECUTE ON FUNCTION tallystick.payment_record TO tallystick_app;";
    assert!(file.sql.contains(grant));
    file.sql = file.sql.replace(grant, "").into();
    migrated(&database, &source).await.unwrap();
    let may = "SELECT bool_or(has_function_privilege('tallystick_app', oid, 'EXECUTE')) FROM pg_proc
               WHERE pronamespace = 'tallystick'::regnamespace AND proname = ";
    let superuser = Actor::superuser(&database).await;
    assert_eq!(superuser.value(&format!("{may} 'payment_record'")).await, "f");
    assert_eq!(superuser.value(&format!("{may} 'purchase_batch'")).await, "t");
}

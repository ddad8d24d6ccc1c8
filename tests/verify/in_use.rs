//! Verifying a database that is in use, and one that cannot be verified.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tallystick::{
    domain::BusinessId,
    schema::migrate::embedded,
    verify::{Progress, VerifyError, VerifyOptions, VerifyReport, verify},
};

use super::damage::{seeded, seeded_with_every_kind};
use crate::support::{
    audit::{self, audit},
    fresh_database::FreshDatabase,
    server::TestServer,
    tables::TENANT_TABLES,
};

const NO_ROLES: VerifyOptions = VerifyOptions { business: None, cluster: false };

fn rows(report: &VerifyReport, check: &str) -> u64 {
    report.checks.iter().find(|one| one.name == check).unwrap().rows_checked
}

#[tokio::test]
async fn a_database_with_a_little_of_everything_is_clean_and_every_row_is_counted() {
    let database = seeded().await;
    let report = audit::report(&database, NO_ROLES).await;
    assert_eq!(audit::findings(&report), [""; 0]);
    for (check, expected) in [
        ("ledger_chain", 5),
        ("ledger_balances", 5),
        ("ledger_entries", 5),
        ("ledger_credit", 5),
        ("ledger_pointer", 0),
        ("allocations", 0),
        ("ledger_due_times", 3),
        ("ledger_hashes", 5),
        ("ledger_details", 5 + 4),
        ("credit_limits", 5),
        ("reversals", 0),
        ("orders_and_ledger", 3 + 3),
        ("order_totals", 3 + 4),
        ("order_lines", 4),
        ("product_versions", 3 + 3),
        ("stock", 3 + 4 + 4),
        ("stock_movements", 4),
        ("times", 5 + 4 + 3),
        ("idempotency_keys", 5 + 2),
        ("creations", 4),
        ("businesses_exist", 3 + 3 + 3 + 4 + 3 + 4 + 5 + 2 + 4),
        ("references", 3 + 5 + 4 + 3 + 4),
        ("settings_in_range", 2 + 3 + 3 + 3 + 2),
        ("index_contents", 2 + 2 * 3 + 2 * 3 + 3 + (3 * 4 + 2) + 2 * 3 + 4 + (4 * 5 + 2 * 2) + 2 * 2 + (4 + 2)),
        ("tenant_tables", TENANT_TABLES.len() as u64),
        // The current code counts as one.
        ("release", embedded::source().unwrap().migrations.len() as u64 + 1),
    ] {
        assert_eq!(rows(&report, check), expected, "{check}");
    }
    let alpha = &report.businesses[0];
    assert_eq!(
        (alpha.name.as_deref(), alpha.rows_in("ledger_entries"), alpha.balance),
        (Some("Alpha"), 4, 1_300 + 300)
    );
    let beta = &report.businesses[1];
    assert_eq!((beta.name.as_deref(), beta.rows_in("ledger_entries"), beta.balance), (Some("Beta"), 1, -7));
}

/// Kinds and figures that no function writes yet, but that the constraints accept.
#[tokio::test]
async fn entries_of_every_kind_and_products_of_every_sort_are_clean() {
    let database = seeded_with_every_kind().await;
    let report = audit::report(&database, NO_ROLES).await;
    assert_eq!(audit::findings(&report), [""; 0]);
    assert_eq!(
        (rows(&report, "ledger_chain"), rows(&report, "ledger_due_times"), rows(&report, "reversals")),
        (28, 13, 3)
    );
    assert_eq!(
        (rows(&report, "allocations"), rows(&report, "ledger_pointer"), rows(&report, "ledger_credit")),
        (10, 13, 28 + 10)
    );
    let gamma = &report.businesses[2];
    assert_eq!((gamma.name.as_deref(), gamma.rows_in("product_versions"), gamma.balance), (Some("Gamma"), 4, 350));
    assert_eq!(gamma.rows_in("allocations"), 10);
}

#[tokio::test]
async fn one_business_alone_can_be_verified() {
    let database = seeded().await;
    let business: BusinessId = "0b000000-0000-7000-8000-000000000000".parse().unwrap();
    let report = audit::report(&database, VerifyOptions { business: Some(business), cluster: false }).await;
    assert_eq!(audit::findings(&report), [""; 0]);
    assert_eq!(
        (rows(&report, "ledger_chain"), rows(&report, "order_lines"), rows(&report, "tenant_tables")),
        (1, 0, TENANT_TABLES.len() as u64)
    );
    // One business, one customer and one product, each with its two or three keys, one of the product's version, six of its
    // ledger entry, which is no purchase, and one of its creation.
    assert_eq!(rows(&report, "index_contents"), 1 + 2 + 2 + 1 + 6 + 1);
    assert_eq!(report.businesses.len(), 1);
}

#[tokio::test]
async fn verifying_while_purchases_run_finds_nothing() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(1_000_000_000).await;
    let product = shop.product(1, 1_000_000_000).await;
    let enough = Arc::new(AtomicBool::new(false));
    let buyers: Vec<_> = (0..4)
        .map(|_| {
            let (shop, customer, product, enough) =
                (shop.clone(), customer.clone(), product.clone(), Arc::clone(&enough));
            tokio::spawn(async move {
                while !enough.load(Ordering::Relaxed) {
                    shop.buy(&customer, &[(&product, 1)]).await.expect(201);
                    shop.pay(&customer, 1).await.expect(201);
                    shop.restock(&product, 1).await.expect(201);
                }
            })
        })
        .collect();

    // The buyers go on until the verification ran often enough, whichever is faster.
    let mut seen = Vec::new();
    while seen.len() < 5 {
        assert!(!buyers.iter().any(tokio::task::JoinHandle::is_finished), "a buyer failed");
        let report = audit::report(&server.database, NO_ROLES).await;
        assert_eq!(audit::findings(&report), [""; 0]);
        let entries = rows(&report, "ledger_chain");
        if seen.last() != Some(&entries) && entries > 0 {
            seen.push(entries);
        }
    }
    enough.store(true, Ordering::Relaxed);
    for buyer in buyers {
        buyer.await.unwrap();
    }
    server.audit().await;
}

#[tokio::test]
async fn a_role_that_does_not_see_every_row_is_refused() {
    let database = seeded().await;
    let refused = verify(&database.server_url(), NO_ROLES, &mut |_: Progress| {}).await.unwrap_err();
    let VerifyError::CannotSee { role, reason } = &refused else { panic!("{refused}") };
    assert_eq!(role, "tallystick_server");
    assert!(reason.contains("row-level security"), "{reason}");
    assert!(refused.to_string().contains("TALLYSTICK_MIGRATE_DATABASE_URL"), "{refused}");
}

#[tokio::test]
async fn a_role_that_sees_every_row_need_not_be_a_superuser() {
    let database = seeded().await;
    let auditor = format!("{}_auditor", database.name);
    let create = format!("CREATE ROLE {auditor} LOGIN BYPASSRLS IN ROLE pg_read_all_data");
    database.session().await.client().batch_execute(&create).await.unwrap();
    let report = verify(&database.url_as(&auditor), NO_ROLES, &mut |_: Progress| {}).await.unwrap();
    assert_eq!(audit::findings(&report), [""; 0]);
    assert_eq!(rows(&report, "ledger_chain"), 5);
}

#[tokio::test]
async fn a_database_without_tallystick_is_refused() {
    let database = FreshDatabase::create().await;
    let refused = verify(&database.url(), NO_ROLES, &mut |_: Progress| {}).await.unwrap_err();
    assert!(matches!(refused, VerifyError::NotInstalled { .. }), "{refused}");
}

/// A view in the place of a table would run its owner's functions with the rights of whoever verifies.
#[tokio::test]
async fn a_view_in_the_place_of_a_table_is_refused_before_it_is_read() {
    let database = seeded().await;
    let session = database.session().await;
    session
        .client()
        .batch_execute(
            "CREATE FUNCTION public.ran() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'the view was read'; END $$;
             ALTER TABLE tallystick_migrate.current_code RENAME TO former;
             CREATE VIEW tallystick_migrate.current_code AS SELECT *, public.ran() FROM tallystick_migrate.former",
        )
        .await
        .unwrap();
    let refused = verify(&database.url(), NO_ROLES, &mut |_: Progress| {}).await.unwrap_err();
    assert!(refused.to_string().starts_with("tallystick_migrate.current_code is no table"), "{refused}");
}

#[tokio::test]
async fn progress_counts_every_step() {
    let database = seeded().await;
    let mut heard = Vec::new();
    verify(&database.url(), NO_ROLES, &mut |progress: Progress| heard.push((progress.done, progress.total)))
        .await
        .unwrap();
    let total = heard.len();
    assert_eq!(heard, (0..total).map(|done| (done, total)).collect::<Vec<_>>());
}

#[tokio::test]
async fn roles_that_serve_no_tenant_are_no_finding() {
    let database = seeded().await;
    let (migrator, reader) = (format!("{}_migrator", database.name), format!("{}_reader", database.name));
    // A migrating user without superuser rights, and a reporting role with its own view of all tenants.
    let create = format!(
        "CREATE ROLE {migrator} LOGIN CREATEROLE BYPASSRLS; GRANT tallystick_owner TO {migrator};
         CREATE ROLE {reader} LOGIN BYPASSRLS;
         CREATE VIEW public.turnover AS SELECT sum(total) FROM tallystick.orders;
         GRANT SELECT ON public.turnover TO {reader}"
    );
    database.session().await.client().batch_execute(&create).await.unwrap();
    audit(&database).await;
    let report = audit::report(&database, VerifyOptions::default()).await;
    let about_them: Vec<_> =
        audit::findings(&report).into_iter().filter(|finding| finding.contains(&database.name)).collect();
    assert_eq!(about_them, [""; 0]);
}

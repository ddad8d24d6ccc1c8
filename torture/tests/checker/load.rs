//! The books are read whole: what a PostgreSQL holds after a few movements is what the checker is given.

use std::os::unix::fs::PermissionsExt;

use tallystick::{
    db::connection::{DedicatedConnection, connect},
    local_postgres::{Lifetime, LocalPostgres, LocalPostgresOptions, PROGRAM, SUPERUSER},
    schema::migrate::{MigrateOptions, embedded, migrate},
};
use tallystick_torture::{
    books::{Books, CustomerRow, ProductRow},
    checker::check,
    history::{Action, Answer, Business, Customer, History, Item, Key, Line, Moment, Product, Request},
};
use uuid::Uuid;

const BUSINESS: Uuid = Uuid::from_u128(1);
const CUSTOMER: Uuid = Uuid::from_u128(2);
const PRODUCT: Uuid = Uuid::from_u128(3);

const MOVEMENTS: &str = "
    SELECT set_config('app.business_id', '00000000-0000-0000-0000-000000000001', false);
    INSERT INTO tallystick.businesses (business_id, name, currency)
    VALUES ('00000000-0000-0000-0000-000000000001', 'shop', 'EUR');
    INSERT INTO tallystick.customers (business_id, id, name, credit_limit)
    VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', 'customer', 1000);
    SELECT tallystick.product_create('00000000-0000-0000-0000-000000000001',
        '00000000-0000-0000-0000-000000000003', 'sku', 'product', 7, 50);
    SELECT tallystick.purchase('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
        ARRAY['00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000003']::uuid[],
        ARRAY[3, 4]::bigint[], 'torture-1');
    SELECT tallystick.payment_record('00000000-0000-0000-0000-000000000001',
        '00000000-0000-0000-0000-000000000002', 5, 'torture-2');
    SELECT tallystick.stock_movement_record('00000000-0000-0000-0000-000000000001',
        '00000000-0000-0000-0000-000000000003', -5, 'broken', 'torture-1');
    CREATE ROLE somebody LOGIN;";

/// What would have been sent: its answers were lost.
fn history() -> History {
    let request = |action| Request {
        client: 1,
        business: 0,
        sent: Moment(1),
        answered: Moment(2),
        action,
        answer: Answer::Unknown,
    };
    let items = [3, 4].map(|quantity| Item { product: PRODUCT, quantity }).to_vec();
    History {
        businesses: vec![Business {
            id: BUSINESS,
            customers: vec![Customer { id: CUSTOMER, credit_limit: 1000 }],
            products: vec![Product { id: PRODUCT, price: 7, stock: 50 }],
        }],
        requests: vec![
            request(Action::Purchase { key: Key(1), customer: CUSTOMER, items }),
            request(Action::Payment { key: Key(2), customer: CUSTOMER, amount: 5 }),
            request(Action::Restock { key: Key(1), product: PRODUCT, quantity: -5 }),
        ],
    }
}

async fn session(postgres: &LocalPostgres, role: &str) -> DedicatedConnection {
    connect(&postgres.url(role, "postgres").parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn books_are_loaded_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    // PostgreSQL does not run as root and must be able to get in.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let options = LocalPostgresOptions {
        lifetime: Lifetime::Temporary,
        settings: vec![("fsync".to_owned(), "off".to_owned())],
        ..LocalPostgresOptions::new(PROGRAM, folder.path().join("postgres"))
    };
    let postgres = LocalPostgres::start(options, &|_| {}).await.unwrap();
    let url = postgres.url(SUPERUSER, "postgres").parse().unwrap();
    migrate(&url, &embedded::source().unwrap(), MigrateOptions::default(), &mut |_| {}).await.unwrap();
    let superuser = session(&postgres, SUPERUSER).await;
    superuser.client().batch_execute(MOVEMENTS).await.unwrap();

    let books = Books::load(superuser.client()).await.unwrap();
    assert_eq!(books.customers, [CustomerRow { business: BUSINESS, id: CUSTOMER, credit_limit: 1000 }]);
    assert_eq!(books.products, [ProductRow { business: BUSINESS, id: PRODUCT, price: 7, stock: 38 }]);
    let line = |line_no, quantity, line_total| Line { line_no, product: PRODUCT, quantity, unit_price: 7, line_total };
    let [row] = &*books.orders else { panic!("{books:#?}") };
    assert_eq!((row.business, row.order.total, row.order.balance_after), (BUSINESS, 49, 49));
    assert_eq!(row.order.lines, [line(1, 3, 21), line(2, 4, 28)]);
    let text = "SELECT to_char(created_at, 'US')::bigint FROM tallystick.orders";
    let microseconds: i64 = superuser.client().query_one(text, &[]).await.unwrap().get(0);
    assert_eq!(row.order.created_at_us % 1_000_000, microseconds);
    let keys: Vec<_> = books.entries.iter().map(|row| (row.key, row.entry.order, row.entry.balance_after)).collect();
    assert_eq!(keys, [(Some(Key(1)), Some(row.order.id), 49), (Some(Key(2)), None, 44)]);
    let keys: Vec<_> = books.movements.iter().map(|row| (row.key, row.movement.stock_after)).collect();
    assert_eq!(keys, [(None, 50), (Some(Key(1)), 38)]);
    // The session is as it was before, and nobody knows what became of any of it: but all of it was asked for.
    assert_eq!(Books::load(superuser.client()).await.unwrap(), books);
    let mut findings = check(&history(), &books);
    findings.retain(|finding| finding.kind.name() != "unresolved_unknown");
    assert_eq!(findings, []);

    let somebody = session(&postgres, "somebody").await;
    let refused = Books::load(somebody.client()).await.unwrap_err().to_string();
    assert_eq!(refused, "row level security may hide rows from this user");
    drop((superuser, somebody));
    postgres.stop().await.unwrap();
}

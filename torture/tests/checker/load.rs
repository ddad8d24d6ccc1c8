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
    history::{
        Action, Answer, Business, Customer, EntryKind, GoodsLine, History, Item, Key, Line, LineBack, Moment, Part,
        Product, Request,
    },
};
use uuid::Uuid;

const BUSINESS: Uuid = Uuid::from_u128(1);
const CUSTOMER: Uuid = Uuid::from_u128(2);
const PRODUCT: Uuid = Uuid::from_u128(3);

const NEW_YEAR_2020_US: i64 = 1_577_836_800_000_000;

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
    SELECT tallystick.payment_record('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', 6,
        'torture-3', p_charge_ids => ARRAY(SELECT id FROM tallystick.orders), p_amounts => ARRAY[4]);
    SELECT tallystick.return_record('00000000-0000-0000-0000-000000000001', (SELECT id FROM tallystick.orders), ARRAY[2],
        ARRAY[2], ARRAY[1], 'torn', 'torture-4');
    SELECT tallystick.allocation_record('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
        ARRAY(SELECT id FROM tallystick.orders), ARRAY[3], NULL, 'torture-5');
    SELECT tallystick.adjustment_record('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
        'fee', 8, 'late', 'torture-6');
    SELECT tallystick.reversal_record('00000000-0000-0000-0000-000000000001', ARRAY['payment'],
        (SELECT id FROM tallystick.credit_ledger WHERE idempotency_key = 'torture-3'), 'bounced', 'torture-7');
    SELECT tallystick.adjustment_record('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
        'credit', 50, 'sorry', 'torture-8');
    SELECT tallystick.refund_record('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', 2,
        'as asked', 'torture-9');
    SELECT tallystick.adjustment_record('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
        'opening', 1000, 'from before', 'torture-10', p_due => '{\"due_at\": \"2020-01-01T00:00:00Z\"}', p_authorized_limit => 1500);
    SELECT tallystick.adjustment_record('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
        'debit', 20, 'also', 'torture-11', p_authorized_limit => 1010);
    CREATE ROLE somebody LOGIN;";

/// What would have been sent: its answers were lost. The ids are those that the database has made.
fn history(order: Uuid, payment: Uuid) -> History {
    let request = |action| Request {
        client: 1,
        business: 0,
        sent: Moment(1),
        answered: Moment(2),
        action,
        answer: Answer::Unknown,
    };
    let adjust = |key, kind, amount, due_at_us, authorized_limit| Action::Adjust {
        key: Key(key),
        customer: CUSTOMER,
        kind,
        amount,
        due_at_us,
        authorized_limit,
        named: Vec::new(),
    };
    let named = |amount| vec![Part { charge: order, amount }];
    let lines = vec![LineBack { line_no: 2, quantity: 2, restock: Some(1) }];
    let items = [3, 4].map(|quantity| Item { product: PRODUCT, quantity }).to_vec();
    History {
        businesses: vec![Business {
            id: BUSINESS,
            customers: vec![Customer { id: CUSTOMER, credit_limit: 1000 }],
            products: vec![Product { id: PRODUCT, price: 7, stock: 50 }],
        }],
        requests: vec![
            request(Action::Purchase { key: Key(1), customer: CUSTOMER, items, authorized_limit: None }),
            request(Action::Payment { key: Key(2), customer: CUSTOMER, amount: 5, named: Vec::new() }),
            request(Action::Restock { key: Key(1), product: PRODUCT, quantity: -5 }),
            request(Action::Payment { key: Key(3), customer: CUSTOMER, amount: 6, named: named(4) }),
            request(Action::Return { key: Key(4), order, lines }),
            request(Action::Allocate { key: Key(5), customer: CUSTOMER, named: named(3) }),
            request(adjust(6, EntryKind::Fee, 8, None, None)),
            request(Action::Reverse { key: Key(7), entry: payment, is_payment: true }),
            request(adjust(8, EntryKind::Credit, 50, None, None)),
            request(Action::Refund { key: Key(9), customer: CUSTOMER, amount: 2 }),
            request(adjust(10, EntryKind::Opening, 1000, Some(NEW_YEAR_2020_US), Some(1500))),
            request(adjust(11, EntryKind::Debit, 20, None, Some(1010))),
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
    assert_eq!(books.products, [ProductRow { business: BUSINESS, id: PRODUCT, price: 7, stock: 39 }]);
    let line = |line_no, quantity, line_total| Line { line_no, product: PRODUCT, quantity, unit_price: 7, line_total };
    let [row] = &*books.orders else { panic!("{books:#?}") };
    assert_eq!((row.business, row.order.total, row.order.balance_after), (BUSINESS, 49, 49));
    assert_eq!(row.order.lines, [line(1, 3, 21), line(2, 4, 28)]);
    let text = "SELECT to_char(created_at, 'US')::bigint FROM tallystick.orders";
    let microseconds: i64 = superuser.client().query_one(text, &[]).await.unwrap().get(0);
    assert_eq!(row.order.created_at_us % 1_000_000, microseconds);
    let entries = books.entries.iter().map(|row| (row.key.unwrap().0, row.entry.kind, row.entry.balance_after));
    let mut entries: Vec<_> = entries.collect();
    entries.sort_unstable();
    let expected = [
        (1, EntryKind::Purchase, 49),
        (2, EntryKind::Payment, 44),
        (3, EntryKind::Payment, 38),
        (4, EntryKind::Return, 24),
        (5, EntryKind::Allocation, 24),
        (6, EntryKind::Fee, 32),
        (7, EntryKind::Reversal, 38),
        (8, EntryKind::Credit, -12),
        (9, EntryKind::Refund, -10),
        (10, EntryKind::Opening, 990),
        (11, EntryKind::Debit, 1010),
    ];
    assert_eq!(entries, expected);
    let entry = |key| &books.entries.iter().find(|row| row.key == Some(Key(key))).unwrap().entry;
    let limits = |key| (entry(key).credit_limit, entry(key).authorized_limit);
    // Another limit is kept only where it was needed.
    assert_eq!(
        [limits(2), limits(6), limits(10), limits(11)],
        [(None, None), (Some(1000), None), (Some(1000), None), (Some(1000), Some(1010)),]
    );
    assert_eq!((entry(1).order, entry(2).order), (Some(row.order.id), None));
    assert_eq!((entry(7).reverses, entry(3).reverses), (Some(3), None));
    assert_eq!((entry(10).due_at_us, entry(7).due_at_us), (Some(NEW_YEAR_2020_US), None));
    assert_eq!(entry(9).due_at_us, Some(entry(9).created_at_us));
    let [goods] = &*books.returns else { panic!("{books:#?}") };
    let back = GoodsLine { line_no: 2, product: PRODUCT, quantity: 2, restocked: 1, line_total: 14 };
    assert_eq!((goods.goods.order, &*goods.goods.lines, &*goods.returned_after), (row.order.id, &[back][..], &[2][..]));
    assert_eq!((goods.goods.total, goods.goods.allocated, goods.goods.balance_after), (14, 14, 24));
    let parts: Vec<_> =
        books.parts.iter().map(|part| (part.charge, part.part_no, part.amount, part.allocated_after)).collect();
    let part = |part_no, amount, after| (row.order.id, part_no, amount, after);
    assert_eq!(parts, [part(1, 4, 4), part(2, 14, 18), part(3, 3, 21), part(4, -4, 17)]);
    let settling: Vec<_> = books.parts.iter().map(|part| part.entry).collect();
    assert_eq!(settling, [3, 4, 5, 7].map(|key| entry(key).id));
    let keys: Vec<_> = books.movements.iter().map(|row| (row.key, row.movement.stock_after)).collect();
    assert_eq!(keys, [(None, 50), (Some(Key(1)), 38)]);
    // The session is as it was before, and nobody knows what became of any of it: but all of it was asked for.
    assert_eq!(Books::load(superuser.client()).await.unwrap(), books);
    let mut findings = check(&history(row.order.id, entry(3).id), &books);
    findings.retain(|finding| finding.kind.name() != "unresolved_unknown");
    assert_eq!(findings, []);

    let somebody = session(&postgres, "somebody").await;
    let refused = Books::load(somebody.client()).await.unwrap_err().to_string();
    assert_eq!(refused, "row level security may hide rows from this user");
    drop((superuser, somebody));
    postgres.stop().await.unwrap();
}

//! Who is overdue: view `customer_accounts`, read in the transaction that planted the entries, so that `now()` stands
//! still.

use crate::support::{
    actor::{Actor, quoted},
    by_hand,
    fresh_database::FreshDatabase,
};

/// A ledger to be: amount and age of each entry, the age as SQL. Positive amounts are purchases.
type Entries<'a> = &'a [(i64, &'a str)];

/// `interval` is exact to the microsecond, and an hour an hour in every time zone.
const EXACTLY_30_DAYS: &str = "720 hours";
const A_MICROSECOND_OLDER: &str = "720 hours 1 microsecond";
const A_MICROSECOND_YOUNGER: &str = "719 hours 59 minutes 59.999999 seconds";

/// The largest amount, in minor units.
const LARGEST: i64 = 9_007_199_254_740_991;

const BUSINESS: &str = "10000000-0000-7000-8000-000000000000";
const CUSTOMER: &str = "20000000-0000-7000-8000-000000000000";

async fn database() -> FreshDatabase {
    let database = FreshDatabase::installed().await;
    by_hand::install(&database).await;
    database
}

/// SQL that writes a business with one customer and its entries, oldest first, through every constraint.
fn planting(due_after_days: u32, entries: Entries) -> String {
    let (business, customer) = (quoted(BUSINESS), quoted(CUSTOMER));
    let mut sql = format!(
        "SET CONSTRAINTS ALL DEFERRED;
         INSERT INTO tallystick.businesses (business_id, name, currency, payment_terms)
         VALUES ({business}, 'b', 'EUR', jsonb_build_object('type', 'age', 'days', {due_after_days}));
         INSERT INTO tallystick.customers VALUES ({business}, {customer}, 'c', NULL, 9007199254740991);"
    );
    for (number, (amount, age)) in (1..).zip(entries) {
        let id = format!("'30000000-0000-7000-8000-{number:012}'");
        let created_at = format!("now() - interval '{age}'");
        let kind = if *amount >= 0 { "purchase" } else { "payment" };
        if kind == "purchase" {
            let order =
                format!("INSERT INTO tallystick.orders VALUES ({business}, {id}, {customer}, {amount}, {created_at});");
            sql.push_str(&order);
        }
        // In a block, so that nothing is returned.
        let entry = format!(
            "DO $$ BEGIN PERFORM by_hand.entry({business}, {customer}, jsonb_build_object(
                 'kind', '{kind}', 'id', {id}, 'amount', {amount}, 'created_at', {created_at})); END $$;"
        );
        sql.push_str(&entry);
    }
    sql
}

/// What the view says: overdue, and the age of the oldest unpaid charge.
async fn account(database: &FreshDatabase, setup: &str, days: u32, entries: Entries<'_>) -> (bool, Option<String>) {
    let planter = Actor::superuser(database).await;
    let sql = format!(
        "{setup} {} SELECT account.overdue, extract(epoch FROM now() - account.oldest_unpaid_at)
         FROM tallystick.customer_accounts AS account
         WHERE account.business_id = {} AND account.id = {}",
        planting(days, entries),
        quoted(BUSINESS),
        quoted(CUSTOMER),
    );
    let rows = planter.rows(&sql).await;
    let [overdue, age] = rows.last().unwrap().as_slice() else { panic!("{rows:?}") };
    (overdue.as_deref() == Some("t"), age.clone())
}

async fn check(database: &FreshDatabase, entries: Entries<'_>, overdue: bool, oldest_unpaid_seconds: Option<&str>) {
    let found = account(database, "", 30, entries).await;
    assert_eq!(found, (overdue, oldest_unpaid_seconds.map(str::to_owned)), "{entries:?}");
}

#[tokio::test]
async fn a_charge_is_overdue_when_it_is_older_than_30_days_to_the_microsecond() {
    let database = database().await;
    check(&database, &[(100, EXACTLY_30_DAYS)], false, Some("2592000.000000")).await;
    check(&database, &[(100, A_MICROSECOND_OLDER)], true, Some("2592000.000001")).await;
    check(&database, &[(100, A_MICROSECOND_YOUNGER)], false, Some("2591999.999999")).await;
    check(&database, &[(100, "0 seconds")], false, Some("0.000000")).await;
}

#[tokio::test]
async fn who_owes_nothing_is_not_overdue() {
    let database = database().await;
    check(&database, &[], false, None).await;
    check(&database, &[(100, "900 hours"), (-100, "1 hour")], false, None).await;
    check(&database, &[(100, "900 hours"), (-101, "1 hour")], false, None).await;
    check(&database, &[(-50, "900 hours")], false, None).await;
    check(&database, &[(0, "900 hours")], false, None).await;
}

#[tokio::test]
async fn payments_settle_the_oldest_charges_first() {
    let database = database().await;
    let charges = |payment| [(100, "900 hours"), (50, "800 hours"), (50, "1 hour"), (payment, "0 seconds")];
    // All of the first charge but 1; exactly the first; all of the first two but 1; exactly the first two.
    check(&database, &charges(-99), true, Some("3240000.000000")).await;
    check(&database, &charges(-100), true, Some("2880000.000000")).await;
    check(&database, &charges(-149), true, Some("2880000.000000")).await;
    check(&database, &charges(-150), false, Some("3600.000000")).await;
    check(&database, &charges(-199), false, Some("3600.000000")).await;
    check(&database, &charges(-200), false, None).await;
    // Several payments count as one.
    let parts = [(100, "900 hours"), (-60, "890 hours"), (50, "800 hours"), (-40, "2 hours"), (-50, "1 hour")];
    check(&database, &parts[..2], true, Some("3240000.000000")).await;
    check(&database, &parts[..3], true, Some("3240000.000000")).await;
    check(&database, &parts[..4], true, Some("2880000.000000")).await;
    check(&database, &parts, false, None).await;
}

#[tokio::test]
async fn what_was_paid_in_advance_settles_the_charges_that_follow() {
    let database = database().await;
    // Paid before any charge.
    check(&database, &[(-100, "1000 hours"), (100, "900 hours")], false, None).await;
    check(&database, &[(-100, "1000 hours"), (101, "900 hours")], true, Some("3240000.000000")).await;
    // Overpaid: 50 are left for the second charge.
    let overpaid = [(100, "1000 hours"), (-150, "950 hours"), (50, "900 hours"), (1, "2 hours")];
    check(&database, &overpaid[..3], false, None).await;
    check(&database, &overpaid, false, Some("7200.000000")).await;
    // The overpayment covers a part of the charge only: the charge is as old as it is.
    check(&database, &[(100, "1000 hours"), (-150, "950 hours"), (51, "900 hours")], true, Some("3240000.000000"))
        .await;
}

#[tokio::test]
async fn purchases_that_cost_nothing_are_never_the_oldest_unpaid() {
    let database = database().await;
    check(&database, &[(0, "900 hours"), (100, "1 hour")], false, Some("3600.000000")).await;
    check(&database, &[(0, "900 hours"), (0, "899 hours"), (100, "800 hours")], true, Some("2880000.000000")).await;
    let between = [(100, "900 hours"), (0, "890 hours"), (-100, "880 hours"), (0, "870 hours"), (5, "1 hour")];
    check(&database, &between[..2], true, Some("3240000.000000")).await;
    check(&database, &between[..4], false, None).await;
    check(&database, &between, false, Some("3600.000000")).await;
}

#[tokio::test]
async fn a_business_sets_its_own_number_of_days() {
    let database = database().await;
    for (days, age, overdue) in [
        (0, "0 seconds", false),
        (0, "1 microsecond", true),
        (14, "336 hours", false),
        (14, "336 hours 1 microsecond", true),
        (3650, "87600 hours", false),
        (3650, "87600 hours 1 microsecond", true),
    ] {
        assert_eq!(account(&database, "", days, &[(1, age)]).await.0, overdue, "{days} days, {age}");
    }
}

/// A day is 24 hours, also where the clock was put forward or back in between. Of the ages below, in every season some
/// lie on the other side of a change, in each zone.
#[tokio::test]
async fn a_clock_change_makes_nobody_overdue_and_nobody_less_so() {
    let database = database().await;
    for zone in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"] {
        let setup = format!("SET LOCAL TIME ZONE '{zone}';");
        let mut across_a_change = 0;
        for days in (30..=360).step_by(30) {
            let calendar = format!(
                "{setup} SELECT now() - make_interval(days => {days}) <> now() - make_interval(hours => 24 * {days})"
            );
            across_a_change += u32::from(Actor::superuser(&database).await.value(&calendar).await == "t");
            let exactly = format!("{} hours", 24 * days);
            assert!(!account(&database, &setup, days, &[(1, &exactly)]).await.0, "{days} days in {zone}");
            let older = format!("{exactly} 1 microsecond");
            assert!(account(&database, &setup, days, &[(1, &older)]).await.0, "{days} days in {zone}");
        }
        assert_eq!(across_a_change > 0, zone != "UTC", "{zone}");
    }
}

/// Enough purchases and payments of the largest amounts bring the total ever charged to the end of its type.
#[tokio::test]
async fn a_customer_in_credit_at_the_end_of_all_figures_can_still_be_read() {
    let database = database().await;
    let planter = Actor::superuser(&database).await;
    for (balance, overdue) in [(-LARGEST, false), (-1, false), (0, false), (1, true)] {
        let sql = format!(
            "{} ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER ledger_entries_are_right;
             DO $$ BEGIN PERFORM by_hand.entry('{BUSINESS}', '{CUSTOMER}',
                 jsonb_build_object('kind', 'purchase', 'amount', 1, 'created_at', now() - interval '1000 hours'),
                 jsonb_build_object('entry_no', 1000, 'balance_after', {balance},
                     'charged_total', 9223372036854775807, 'due_run_from', 1000)); END $$;
             SELECT balance, overdue FROM tallystick.customer_accounts WHERE id = '{CUSTOMER}'",
            planting(30, &[])
        );
        let expected = vec![Some(balance.to_string()), Some(if overdue { "t" } else { "f" }.to_owned())];
        assert_eq!(planter.rows(&sql).await, [expected]);
    }
}

#[tokio::test]
async fn available_credit_is_the_limit_less_the_balance_within_0_and_the_largest_amount() {
    let database = database().await;
    let planter = Actor::superuser(&database).await;
    for (limit, entries, available) in [
        (1_000, &[][..], 1_000),
        (0, &[], 0),
        (1_000, &[(400, "1 hour")], 600),
        (1_000, &[(1_000, "1 hour")], 0),
        // The limit was lowered below the balance afterwards.
        (10, &[(1_000, "1 hour")], 0),
        (1_000, &[(-500, "1 hour")], 1_500),
        (LARGEST, &[(-500, "1 hour")], LARGEST),
        (LARGEST, &[(-LARGEST, "1 hour")], LARGEST),
        (LARGEST, &[(LARGEST, "1 hour")], 0),
    ] {
        let sql = format!(
            "{} UPDATE tallystick.customers SET credit_limit = {limit};
             SELECT available_credit FROM tallystick.customer_accounts WHERE id = '{CUSTOMER}'",
            planting(30, entries)
        );
        assert_eq!(planter.value(&sql).await, available.to_string(), "{limit} {entries:?}");
    }
}

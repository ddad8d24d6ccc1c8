//! What statements are made of: the days of a period, when it is final, the balances around it, and its lines.

use crate::support::{
    actor::{Actor, TextRow},
    by_hand,
    fresh_database::FreshDatabase,
    interleaving::play,
    two_businesses::{OURS, fill},
};

/// Our business in a time zone, with a customer.
const SCENE: &str = "
    INSERT INTO tallystick.businesses (business_id, name, currency, time_zone) VALUES ({business}, 'b', 'EUR', 'ZONE');
    INSERT INTO tallystick.customers (business_id, id, name, credit_limit) VALUES ({business}, {customer}, 'c', 9007199254740991);";

async fn scene(zone: &str) -> (FreshDatabase, Actor) {
    let database = FreshDatabase::installed().await;
    by_hand::install(&database).await;
    plant(&database, &SCENE.replace("ZONE", zone)).await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    (database, server)
}

async fn plant(database: &FreshDatabase, sql: &str) {
    Actor::superuser(database).await.session.client().batch_execute(&fill(sql)).await.unwrap();
}

fn row(columns: &[&str]) -> TextRow {
    columns.iter().map(|column| Some((*column).to_owned()).filter(|text| !text.is_empty())).collect()
}

/// Days of 23, 24 and 25 hours, one that begins at 01:00, one that a zone left out, and the first and the last that there are.
#[tokio::test]
async fn a_period_is_whole_days_of_the_business_and_the_next_one_begins_where_it_ends() {
    for (zone, from, to, start, end) in [
        ("UTC", "2026-03-01", "2026-03-01", "2026-03-01 00:00:00+00", "2026-03-02 00:00:00+00"),
        ("Europe/Berlin", "2026-03-29", "2026-03-29", "2026-03-28 23:00:00+00", "2026-03-29 22:00:00+00"),
        ("Europe/Berlin", "2026-10-25", "2026-10-31", "2026-10-24 22:00:00+00", "2026-10-31 23:00:00+00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04", "2018-11-04 03:00:00+00", "2018-11-05 02:00:00+00"),
        ("America/Havana", "2026-11-01", "2026-11-01", "2026-11-01 04:00:00+00", "2026-11-02 05:00:00+00"),
        ("Pacific/Apia", "2011-12-29", "2011-12-29", "2011-12-29 10:00:00+00", "2011-12-30 10:00:00+00"),
        ("Pacific/Apia", "2011-12-31", "2011-12-31", "2011-12-30 10:00:00+00", "2011-12-31 10:00:00+00"),
        ("UTC", "0001-01-01", "9998-12-31", "0001-01-01 00:00:00+00", "9999-01-01 00:00:00+00"),
    ] {
        let (_database, server) = scene(zone).await;
        let sql = format!(
            "SET LOCAL TIME ZONE 'UTC';
             SELECT this.period_start, this.period_end, this.period_end = next.period_start
             FROM tallystick.statement_period({{business}}, {{customer}}, '{from}', '{to}') AS this,
                  tallystick.statement_period({{business}}, {{customer}}, date '{to}' + 1, date '{to}' + 10) AS next"
        );
        assert_eq!(server.rows(&fill(&sql)).await, [row(&[start, end, "t"])], "{zone} {from}");
    }
}

#[tokio::test]
async fn a_period_ends_on_its_first_day_or_later_and_is_a_customers() {
    let (_database, server) = scene("UTC").await;
    for days in ["'2026-03-02', '2026-03-01'", "NULL, '2026-03-01'", "'2026-03-01', NULL"] {
        let sql = format!("SELECT tallystick.statement_period({{business}}, {{customer}}, {days})");
        server.is_refused(&fill(&sql), &["22023"]).await;
    }
    let sql = "SELECT outcome FROM tallystick.statement_period({business}, {newcomer}, '2026-03-01', '2026-03-01')";
    assert_eq!(server.value(&fill(sql)).await, "customer_not_found");
    let sql = "SELECT count(*) FROM tallystick.statement_get({business}, {newcomer}, now(), now())";
    assert_eq!(server.value(&fill(sql)).await, "0");
}

/// What is said of a period that ends so many days after today.
async fn outcome(server: &Actor, days: i32) -> String {
    let sql = format!(
        "SELECT outcome FROM tallystick.statement_period(
             {{business}}, {{customer}}, '2026-01-01', (now() AT TIME ZONE 'UTC')::date + ({days}))"
    );
    server.value(&fill(&sql)).await
}

#[tokio::test]
async fn a_period_is_final_when_its_end_has_passed_or_an_entry_was_written_after_it() {
    let (database, server) = scene("UTC").await;
    for (days, expected) in [(-2, "final"), (0, "open"), (1, "open"), (30, "open")] {
        assert_eq!(outcome(&server, days).await, expected, "{days}");
    }
    // The clock of this entry ran ahead. No entry after it is earlier.
    let entry = "SELECT by_hand.entries({business}, {customer}, ARRAY[jsonb_build_object(
        'kind', 'debit', 'amount', 1, 'created_at', ((now() AT TIME ZONE 'UTC')::date + 2)::timestamp AT TIME ZONE 'UTC')])";
    plant(&database, entry).await;
    for (days, expected) in [(-2, "final"), (0, "final"), (1, "final"), (2, "open")] {
        assert_eq!(outcome(&server, days).await, expected, "{days}");
    }
}

/// The payment has taken its time, and is in no statement yet.
#[tokio::test]
async fn a_final_statement_waits_for_a_payment_that_may_still_come_into_its_period() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM payment_record(:shop, :ada, 10, 'k1')
            = created
         two: SELECT outcome FROM statement_period(:shop, :ada, '2020-01-01', '2020-01-31', 'pass over all')
            = customer_held
         three: SELECT outcome FROM statement_period(:shop, :ben, '2020-01-01', '2020-01-31', 'pass over all')
            = final
         two: SELECT outcome FROM statement_period(:shop, :ada, '2020-01-01', '2020-01-31')
            waits for one on customers
         one: COMMIT
         two returns
            = final",
    )
    .await;
}

/// An entry after the period says that it is over. So nobody is waited for, nor held up.
#[tokio::test]
async fn a_statement_waits_for_nobody_if_its_period_is_over_for_the_customer_or_has_not_ended() {
    play(
        "one: SELECT outcome FROM payment_record(:shop, :ada, 10, 'k1')
            = created
         one: BEGIN
         one: SELECT outcome FROM payment_record(:shop, :ada, 10, 'k2')
            = created
         two: BEGIN
         two: SELECT outcome FROM statement_period(:shop, :ada, '2020-01-01', '2020-01-31')
            = final
         two: SELECT outcome FROM statement_period(:shop, :ada, '2020-01-01', '9000-01-31')
            = open
         one: COMMIT
         three: SELECT outcome FROM payment_record(:shop, :ada, 10, 'k3')
            = created
         two: COMMIT",
    )
    .await;
}

/// Entries at the microsecond before each midnight, at midnight, and in between; and periods of all lengths over them.
#[tokio::test]
async fn the_balances_and_the_lines_of_every_period_are_those_of_its_entries() {
    let (database, server) = scene("Europe/Berlin").await;
    let entries = "SELECT by_hand.entries({business}, {customer}, ARRAY(
        SELECT jsonb_build_object('kind', CASE n % 3 WHEN 0 THEN 'payment' ELSE 'debit' END,
            'amount', CASE n % 3 WHEN 0 THEN -2 * n ELSE n END, 'reference', 'entry ' || n,
            'created_at', timestamptz '2026-03-27 22:59:59.999999+00' + n / 4 * interval '24 hours'
                + (ARRAY['0', '1 microsecond', '1 microsecond', '7 hours'])[n % 4 + 1]::interval)
        FROM generate_series(1, 22) AS n))";
    plant(&database, entries).await;
    let wrong = "
        SELECT count(*), count(*) FILTER (WHERE said IS DISTINCT FROM meant), count(DISTINCT said)
        FROM generate_series(date '2026-03-26', '2026-04-04', '1 day') AS first (day),
             generate_series(first.day, '2026-04-05', '1 day') AS last (day)
        CROSS JOIN LATERAL tallystick.statement_period({business}, {customer}, first.day::date, last.day::date) AS period
        CROSS JOIN LATERAL tallystick.statement_get({business}, {customer}, period_start, period_end) AS statement
        CROSS JOIN LATERAL (
            SELECT ROW(opening_balance, closing_balance, charged, credited, opening_no, coalesce(entry_no, 0),
                not_due + days_1_to_30 + days_31_to_60 + days_61_to_90 + over_90_days, as_of,
                (SELECT array_agg(ROW(line.entry_no, made_on, amount, balance_after, reference) ORDER BY line.entry_no)
                 FROM tallystick.statement_line_list({business}, {customer}, opening_no, coalesce(statement.entry_no, 0), time_zone, 200) AS line))::text
        ) AS of_functions (said)
        CROSS JOIN LATERAL (
            SELECT ROW(coalesce(sum(amount) FILTER (WHERE day < first.day), 0), coalesce(sum(amount) FILTER (WHERE day <= last.day), 0),
                coalesce(sum(amount) FILTER (WHERE amount > 0 AND day >= first.day AND day <= last.day), 0),
                coalesce(-sum(amount) FILTER (WHERE amount < 0 AND day >= first.day AND day <= last.day), 0),
                count(*) FILTER (WHERE day < first.day), count(*) FILTER (WHERE day <= last.day),
                greatest(coalesce(sum(amount) FILTER (WHERE day <= last.day), 0), 0), least(period_end, now()),
                array_agg(ROW(entry_no, day, amount, balance_after, reference) ORDER BY entry_no)
                    FILTER (WHERE day >= first.day AND day <= last.day))::text
            FROM (
                SELECT entry.*, (created_at AT TIME ZONE 'Europe/Berlin')::date AS day FROM tallystick.credit_ledger AS entry
            ) AS entry
        ) AS by_hand (meant)";
    let [periods, wrong, different] =
        server.rows(&fill(wrong)).await.concat().try_into().unwrap_or_else(|row| panic!("{row:?}"));
    assert_eq!((periods.as_deref(), wrong.as_deref()), (Some("65"), Some("0")));
    assert!(different.unwrap().parse::<u32>().unwrap() > 35);
}

#[tokio::test]
async fn a_period_that_has_not_ended_is_aged_as_of_now() {
    let (database, server) = scene("UTC").await;
    let entries = "SELECT by_hand.entries({business}, {customer}, ARRAY[
        jsonb_build_object('kind', 'debit', 'amount', 100, 'created_at', now() - interval '90 days', 'due_at', now() - interval '45 days'),
        jsonb_build_object('kind', 'debit', 'amount', 20, 'created_at', now() - interval '89 days', 'due_at', now() + interval '1 hour')])";
    plant(&database, entries).await;
    let sql = "SELECT as_of = now(), not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days, closed_at = now() - interval '89 days'
               FROM tallystick.statement_get({business}, {customer}, '2020-01-01', 'INSTANT')";
    let at = async |instant: &str| server.rows(&fill(&sql.replace("INSTANT", instant))).await;
    let rows = at("9000-01-01").await;
    assert_eq!(rows[0][..6], row(&["t", "20", "0", "100", "0", "0"]));
}

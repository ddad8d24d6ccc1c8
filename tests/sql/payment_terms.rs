//! When a charge is due, against a calendar that counts day by day and minute by minute.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};
use rand::RngExt;
use serde_json::{Value, json};
use tallystick::domain::{PaymentTerms, TimeZone};

use crate::support::{
    actor::{Actor, quoted},
    audit::audit,
    by_hand,
    fresh_database::FreshDatabase,
    seed::new_random,
    two_businesses::{OURS, fill, two_businesses},
};

fn calendar(months: u32, days: u32, end_of_month: bool, then_days: u32) -> Value {
    json!({"type": "calendar", "months": months, "days": days, "end_of_month": end_of_month, "then_days": then_days})
}

#[tokio::test]
async fn terms_have_one_form_and_the_program_takes_the_same() {
    let database = FreshDatabase::installed().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let numbers = [
        json!(0),
        json!(7),
        json!(120),
        json!(121),
        json!(999),
        json!(3650),
        json!(3651),
        json!(10000),
        json!(-1),
        json!("7"),
        json!(null),
    ];
    let mut given = vec![
        json!({}),
        json!(null),
        json!(30),
        json!("age"),
        json!([{"type": "age", "days": 1}]),
        json!({"type": "age"}),
        json!({"type": "net", "days": 1}),
        json!({"type": ["age"], "days": 1}),
        json!({"type": "AGE", "days": 1}),
        json!({"days": 1}),
        json!({"type": "age", "days": 1, "months": 0}),
        json!({"type": "age", "days": 1, "note": "x"}),
        json!({"type": "calendar"}),
        json!({"type": "calendar", "note": 1}),
        json!({"type": "calendar", "end_of_month": true}),
        json!({"type": "calendar", "end_of_month": null}),
        json!({"type": "calendar", "end_of_month": "true"}),
        json!({"type": "calendar", "end_of_month": 1}),
        json!({"type": "calendar", "end_of_month": false, "then_days": 0}),
        json!({"type": "calendar", "end_of_month": false, "then_days": 1}),
        json!({"type": "calendar", "then_days": 1}),
    ];
    for number in &numbers {
        given.push(json!({"type": "age", "days": number}));
        given.push(json!({"type": "calendar", "days": number}));
        given.push(json!({"type": "calendar", "months": number, "days": 1}));
        given.push(json!({"type": "calendar", "end_of_month": true, "then_days": number}));
    }
    let mut taken = 0;
    for given in given {
        let text = quoted(&given.to_string());
        let canonical = owner.try_rows(&format!("SELECT tallystick.payment_terms_of({text})")).await;
        if let Ok(terms) = PaymentTerms::try_from(given.clone()) {
            taken += 1;
            let stored = canonical.unwrap_or_else(|error| panic!("{given}: {error}"))[0][0].clone().unwrap();
            assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), json!(terms), "{given}");
            // What is written out is taken as it is, and nothing else is.
            let cast = format!("SELECT {}::jsonb::tallystick.payment_terms", quoted(&json!(terms).to_string()));
            assert_eq!(owner.value(&cast).await, stored);
            let is_written_out = given == json!(terms);
            let raw = owner.try_rows(&format!("SELECT {text}::jsonb::tallystick.payment_terms")).await;
            assert_eq!(raw.is_ok(), is_written_out, "{given}");
        } else {
            let refused = canonical.expect_err(&given.to_string());
            assert_eq!(refused.code().unwrap().code(), "22023", "{given}: {refused}");
        }
    }
    assert!(taken > 12, "{taken}");
    // The same number has one text.
    for text in [r#"{"type": "age", "days": 30.0}"#, r#"{"type": "age", "days": 30, "days": 3.5}"#] {
        owner.is_refused(&format!("SELECT {}::jsonb::tallystick.payment_terms", quoted(text)), &["23514"]).await;
    }
}

#[tokio::test]
async fn a_time_zone_is_a_place_that_postgresql_lists() {
    let database = FreshDatabase::installed().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let listed = owner.rows("SELECT name FROM pg_timezone_names").await;
    let listed: BTreeSet<String> = listed.into_iter().map(|row| row[0].clone().unwrap()).collect();
    let places: Vec<_> = listed.iter().filter(|name| name.parse::<TimeZone>().is_ok()).collect();
    assert!(places.len() > 300 && listed.len() > places.len(), "{} of {}", places.len(), listed.len());
    let business = |zone: &str| {
        format!(
            "INSERT INTO tallystick.businesses (business_id, name, currency, time_zone) VALUES ({}, 'x', 'EUR', {}) RETURNING time_zone",
            quoted(&OURS.id("business")),
            quoted(zone)
        )
    };
    for zone in ["UTC", "Europe/Berlin", "Pacific/Apia", "America/Argentina/Buenos_Aires"] {
        assert_eq!(owner.value(&business(zone)).await, zone);
    }
    for zone in [
        "UTC+3",
        "Foo4",
        "Foo/Bar4",
        "Europe/Bar4",
        "EST5EDT",
        "posix/Europe/Berlin",
        "Europe/Atlantis",
        "europe/berlin",
        "utc",
        "Etc/GMT+3",
        "",
    ] {
        assert!(zone.parse::<TimeZone>().is_err() || !listed.contains(zone), "{zone}");
        let refusal = owner.refusal(&business(zone)).await;
        assert_eq!(refusal.code().code(), "23514", "{zone}: {refusal}");
        assert!(refusal.constraint().unwrap().contains("time_zone"), "{zone}: {refusal}");
    }
}

/// The day that terms name, by counting days.
fn day_by_counting(charged: NaiveDate, terms: &Value) -> NaiveDate {
    let number = |member: &str| terms[member].as_u64().unwrap();
    let mut day = charged;
    for _ in 0..number("months") {
        // To the first of the next month, and from there to the same number, or to the last that there is.
        day = next(last_of_month(day));
    }
    while day.day() < charged.day() && next(day).month() == day.month() {
        day = next(day);
    }
    for _ in 0..number("days") {
        day = next(day);
    }
    if terms["end_of_month"] == true {
        day = last_of_month(day);
    }
    (0..number("then_days")).fold(day, |day, _| next(day))
}

fn next(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap()
}

fn last_of_month(mut day: NaiveDate) -> NaiveDate {
    while next(day).month() == day.month() {
        day = next(day);
    }
    day
}

#[tokio::test]
async fn calendar_terms_count_months_then_days_then_the_end_of_the_month() {
    let database = FreshDatabase::installed().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let due = async |charged: NaiveDate, terms: &Value| {
        let sql = format!(
            "SELECT due_date, due_at AT TIME ZONE 'UTC' FROM tallystick.due_by_terms({}, 'UTC', '{charged} 12:34:56.789Z')",
            quoted(&terms.to_string())
        );
        let row = owner.rows(&sql).await.remove(0);
        let day: NaiveDate = row[0].as_deref().unwrap().parse().unwrap();
        assert_eq!(row[1].as_deref().unwrap(), format!("{} 00:00:00", next(day)), "{charged} {terms}");
        day
    };
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    for (charged, terms, expected) in [
        // On the same day.
        ("2026-03-14", calendar(0, 0, false, 0), "2026-03-14"),
        // Net 30.
        ("2026-01-31", calendar(0, 30, false, 0), "2026-03-02"),
        ("2028-01-31", calendar(0, 30, false, 0), "2028-03-01"),
        // End of month.
        ("2026-02-01", calendar(0, 0, true, 0), "2026-02-28"),
        ("2028-02-29", calendar(0, 0, true, 0), "2028-02-29"),
        // End of month plus 10, which is the 10th of the next month.
        ("2026-12-31", calendar(0, 0, true, 10), "2027-01-10"),
        ("2026-12-01", calendar(0, 0, true, 10), "2027-01-10"),
        // The 15th of the month after next.
        ("2026-12-31", calendar(1, 0, true, 15), "2027-02-15"),
        // 45 days end of month, and end of month plus 45 days.
        ("2026-01-10", calendar(0, 45, true, 0), "2026-02-28"),
        ("2026-01-31", calendar(0, 45, true, 0), "2026-03-31"),
        ("2026-01-10", calendar(0, 0, true, 45), "2026-03-17"),
        // A month later.
        ("2026-01-31", calendar(1, 0, false, 0), "2026-02-28"),
        ("2028-01-31", calendar(1, 0, false, 0), "2028-02-29"),
        ("2024-02-29", calendar(12, 0, false, 0), "2025-02-28"),
        ("2026-01-31", calendar(1, 1, false, 0), "2026-03-01"),
        ("2026-01-31", calendar(120, 3650, true, 3650), "2056-01-29"),
    ] {
        assert_eq!(day_by_counting(day(charged), &terms), day(expected), "{charged} {terms}, counted");
        assert_eq!(due(day(charged), &terms).await, day(expected), "{charged} {terms}");
    }
    let mut random = new_random();
    for _ in 0..200 {
        let charged = day("2023-12-01") + Days::new(random.random_range(0..1500));
        let end_of_month = random.random();
        let then_days = if end_of_month { random.random_range(0..70) } else { 0 };
        let terms = calendar(random.random_range(0..15), random.random_range(0..70), end_of_month, then_days);
        assert_eq!(due(charged, &terms).await, day_by_counting(charged, &terms), "{charged} {terms}");
    }
}

#[tokio::test]
async fn an_age_is_counted_in_hours_to_the_microsecond() {
    let database = FreshDatabase::installed().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for (days, hours) in [(0, 0), (1, 24), (30, 720), (3650, 87_600)] {
        let sql = format!(
            "SET TIME ZONE 'Europe/Berlin';
             SELECT due_at - at = interval '{hours} hours', due_date
             FROM (VALUES (timestamptz '2026-03-28 12:00:00.123457Z')) AS charge (at),
                  tallystick.due_by_terms('{{\"type\": \"age\", \"days\": {days}}}', 'Europe/Berlin', at)"
        );
        assert_eq!(owner.rows(&sql).await, [[Some("t".to_owned()), None]], "{days}");
    }
}

/// Zones with whatever clocks do at night, and the years and the hours around midnight to look at.
const ZONES: &str = "
    ('UTC', 2026, 2), ('Europe/Berlin', 2026, 2),
    -- Clocks skip midnight, and go back to the day before.
    ('Africa/Cairo', 2026, 2), ('Asia/Beirut', 2026, 2), ('America/Santiago', 2026, 2), ('America/Asuncion', 2023, 2),
    ('America/Sao_Paulo', 2018, 2),
    -- Clocks show the first hour of a day twice.
    ('Atlantic/Azores', 2026, 2), ('America/Havana', 2026, 2),
    -- Clocks change a minute after midnight, and go back to the day before.
    ('America/St_Johns', 2010, 2), ('Asia/Gaza', 2011, 3),
    -- Half an hour; an hour before midnight; half an hour up to midnight, once.
    ('Australia/Lord_Howe', 2026, 2), ('America/Nuuk', 2026, 3), ('Asia/Pyongyang', 2018, 2),
    -- A day is left out.
    ('Pacific/Apia', 2011, 26), ('Pacific/Kiritimati', 1994, 26)";

/// A day is over with the last minute that a clock shows of it. All clocks here change on whole minutes.
#[tokio::test]
async fn a_day_is_over_when_no_minute_of_it_is_to_come() {
    let database = FreshDatabase::installed().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let sql = format!(
        "SET jit = off;
         WITH place (name, year, hours) AS (VALUES {ZONES}),
         days AS (
             SELECT DISTINCT place.name, place.hours, noon::date + beside AS day
             FROM place, generate_series(make_date(year, 1, 1) + time '12:00', make_date(year, 12, 31) + time '12:00', '1 day') AS noon,
                  generate_series(-1, 1) AS beside
             WHERE (noon AT TIME ZONE 'UTC' AT TIME ZONE place.name) - noon
                   <> ((noon + interval '1 day') AT TIME ZONE 'UTC' AT TIME ZONE place.name) - (noon + interval '1 day')
             UNION SELECT 'UTC', 2, '2026-05-05'
         )
         SELECT days.name, days.day, answer.at, counted.at, answer.at = (days.day + 1)::timestamp AT TIME ZONE days.name
         FROM days
         CROSS JOIN LATERAL (SELECT tallystick.end_of_day(days.day, days.name) AS at OFFSET 0) AS answer
         CROSS JOIN LATERAL (
             SELECT max(minute) + interval '1 minute' AS at
             FROM generate_series(answer.at - make_interval(hours => hours), answer.at + make_interval(hours => hours), '1 minute') AS minute
             WHERE (minute AT TIME ZONE days.name)::date <= days.day
         ) AS counted"
    );
    let rows = owner.rows(&sql).await;
    let places: BTreeSet<_> = rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(places.len(), ZONES.matches("('").count(), "{places:?}");
    for row in &rows {
        assert_eq!(row[2], row[3], "{row:?}");
    }
    // PostgreSQL's own midnight is not always the end of the day.
    assert!(rows.iter().any(|row| row[4].as_deref() == Some("f")));
    for (day, zone, over) in [
        ("2026-03-14", "UTC", "2026-03-15 00:00:00Z"),
        // The next day begins at 01:00.
        ("2026-04-23", "Africa/Cairo", "2026-04-23 22:00:00Z"),
        // After the 29th came the 31st.
        ("2011-12-29", "Pacific/Apia", "2011-12-30 10:00:00Z"),
        ("2011-12-30", "Pacific/Apia", "2011-12-30 10:00:00Z"),
        // The first of two midnights.
        ("2026-10-24", "Atlantic/Azores", "2026-10-25 00:00:00Z"),
    ] {
        let sql = format!("SELECT tallystick.end_of_day('{day}', '{zone}') = '{over}'");
        assert_eq!(owner.value(&sql).await, "t", "{day} {zone}");
    }
}

/// What became of a purchase of our customer with some options: outcome, age at which it is due, and how long after the beginning
/// of its month its due date is over.
async fn bought(server: &Actor, key: &str, options: &str) -> Vec<Option<String>> {
    let sql = format!(
        "SELECT outcome, extract(epoch FROM due_at - created_at)::bigint / 3600,
             age(due_date + 1, date_trunc('month', created_at AT TIME ZONE 'UTC'))
         FROM tallystick.purchase({{business}}, {{customer}}, ARRAY[{{product}}::uuid], '{{1}}', '{key}', p_options => {options})"
    );
    server.committed(&fill(&sql)).await.remove(0)
}

#[tokio::test]
async fn the_terms_of_the_purchase_go_before_the_customers_and_these_before_the_businesss() {
    let database = two_businesses().await;
    let superuser = Actor::superuser(&database).await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let age = |days: u32| quoted(&json!({"type": "age", "days": days}).to_string());
    let on = |months: u32| quoted(&calendar(months, 0, true, 0).to_string());
    let end = |months: u32| Some(format!("{} mons", months + 1));
    let set = async |business: &str, customer: &str| {
        let sql = format!(
            "UPDATE tallystick.businesses SET payment_terms = {business} WHERE business_id = {{business}};
             UPDATE tallystick.customers SET payment_terms = {customer} WHERE id = {{customer}}"
        );
        superuser.committed(&fill(&sql)).await;
    };
    let created = |hours: i32| vec![Some("created".to_owned()), Some(hours.to_string()), None];
    let with = |terms: &str| format!("jsonb_build_object('payment_terms', {terms}::jsonb)");

    set(&age(3), "NULL").await;
    assert_eq!(bought(&server, "business", "NULL").await, created(72));
    assert_eq!(bought(&server, "business-purchase", &with(&age(1))).await, created(24));
    assert_eq!(bought(&server, "business-purchase-on", &with(&on(2))).await[2], end(2));
    set(&on(1), "NULL").await;
    assert_eq!(bought(&server, "business-on", "NULL").await[2], end(1));
    set(&on(1), &age(2)).await;
    assert_eq!(bought(&server, "customer", "NULL").await, created(48));
    set(&on(1), &on(3)).await;
    assert_eq!(bought(&server, "customer-on", "NULL").await[2], end(3));
    set(&age(3), &on(3)).await;
    assert_eq!(bought(&server, "customer-on-2", "NULL").await[2], end(3));
    assert_eq!(bought(&server, "customer-purchase", &with(&age(0))).await, created(0));
    // The terms changed; what was bought before is due when it was.
    assert_eq!(bought(&server, "business", "NULL").await, [Some("replayed".to_owned()), Some("72".to_owned()), None]);
    assert_eq!(bought(&server, "customer-on", "NULL").await[2], end(3));
    audit(&database).await;
}

#[tokio::test]
async fn a_purchase_by_calendar_terms_is_due_when_the_day_is_over_at_the_business() {
    let database = two_businesses().await;
    let superuser = Actor::superuser(&database).await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    // On either side of the date line it is never the same day.
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        let sql = format!(
            "UPDATE tallystick.businesses SET payment_terms = {}, time_zone = '{zone}' WHERE business_id = {{business}}",
            quoted(&calendar(0, 0, false, 0).to_string())
        );
        superuser.committed(&fill(&sql)).await;
        let sql = format!(
            "SELECT due_date = (created_at AT TIME ZONE '{zone}')::date, due_at AT TIME ZONE '{zone}' = due_date + 1
             FROM tallystick.purchase({{business}}, {{customer}}, ARRAY[{{product}}::uuid], '{{1}}', '{zone}')"
        );
        assert_eq!(server.committed(&fill(&sql)).await, [[Some("t".to_owned()), Some("t".to_owned())]], "{zone}");
        let stored = "SELECT due_date = (created_at AT TIME ZONE PLACE)::date FROM tallystick.credit_ledger
            WHERE business_id = {business} AND idempotency_key = PLACE AND due_at = tallystick.end_of_day(due_date, PLACE)";
        assert_eq!(superuser.value(&fill(&stored.replace("PLACE", &quoted(zone)))).await, "t", "{zone}");
    }
    // The customer owed something that was due at once before, and it is paid.
    server.committed(&fill("SELECT FROM tallystick.payment_record({business}, {customer}, 70, 'settled')")).await;
    let account = "SELECT overdue = (due_at < now()), due_at = (SELECT min(due_at) FROM tallystick.credit_ledger WHERE due_date IS NOT NULL)
        FROM tallystick.customer_get({business}, {customer})";
    assert_eq!(server.rows(&fill(account)).await, [[Some("t".to_owned()), Some("t".to_owned())]]);
    audit(&database).await;
}

/// The view compares `due_at` alone, to the microsecond.
#[tokio::test]
async fn a_charge_is_overdue_as_soon_as_its_due_time_has_passed() {
    let database = FreshDatabase::installed().await;
    by_hand::install(&database).await;
    let superuser = Actor::superuser(&database).await;
    for (due_at, overdue) in [("now()", "f"), ("now() - interval '1 microsecond'", "t")] {
        let sql = format!(
            "INSERT INTO tallystick.businesses (business_id, name, currency) VALUES ({{business}}, 'b', 'EUR');
             INSERT INTO tallystick.customers (business_id, id, name, credit_limit) VALUES ({{business}}, {{customer}}, 'c', 1);
             DO $$ BEGIN PERFORM by_hand.entry({{business}}, {{customer}}, jsonb_build_object(
                 'kind', 'debit', 'amount', 1, 'created_at', now() - interval '2 days', 'due_at', {due_at},
                 'due_date', (now() AT TIME ZONE 'UTC')::date)); END $$;
             SELECT overdue FROM tallystick.customer_accounts WHERE id = {{customer}}"
        );
        assert_eq!(superuser.value(&fill(&sql)).await, overdue, "{due_at}");
    }
}

#[tokio::test]
async fn a_purchase_that_would_be_due_before_it_is_made_is_refused() {
    let database = two_businesses().await;
    let superuser = Actor::superuser(&database).await;
    let sql = fill("UPDATE tallystick.businesses SET time_zone = 'Pacific/Kiritimati' WHERE business_id = {business}");
    superuser.committed(&sql).await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let today = "(clock_timestamp() AT TIME ZONE 'Pacific/Kiritimati')::date";
    let early = vec![Some("due_too_early".to_owned()), None, None];
    let rfc_3339 = |time: &str| {
        format!(
            "jsonb_build_object('due_at', to_char(({time}) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))"
        )
    };
    let before = superuser.rows("SELECT count(*) FROM tallystick.credit_ledger").await;
    for options in [
        rfc_3339("clock_timestamp() - interval '1 millisecond'"),
        format!("jsonb_build_object('due_date', {today} - 1)"),
        "'{\"due_date\": \"0001-01-01\"}'".to_owned(),
    ] {
        assert_eq!(bought(&server, "k", &options).await, early, "{options}");
    }
    assert_eq!(superuser.rows("SELECT count(*) FROM tallystick.credit_ledger").await, before);
    // The key of a refused purchase is free.
    let today = format!("jsonb_build_object('due_date', {today})");
    assert_eq!(bought(&server, "k", &today).await[0].as_deref(), Some("created"));
    let soon = rfc_3339("clock_timestamp() + interval '1 minute'");
    assert_eq!(bought(&server, "soon", &soon).await[0].as_deref(), Some("created"));
    // An entry is as old as the one before it at least, and it may be due at its own moment.
    let sql = "ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER refuse_change;
        UPDATE tallystick.credit_ledger SET created_at = '2040-01-01Z'
        WHERE business_id = {business} AND idempotency_key = 'soon'";
    superuser.committed(&fill(sql)).await;
    let equal = "'{\"due_at\": \"2040-01-01T00:00:00Z\"}'";
    assert_eq!(bought(&server, "equal", equal).await, [Some("created".to_owned()), Some("0".to_owned()), None]);
    let just_before = "'{\"due_at\": \"2039-12-31T23:59:59.999999Z\"}'";
    assert_eq!(bought(&server, "before", just_before).await, early);
}

#[tokio::test]
async fn a_purchase_brings_one_due_time_in_its_form() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let age = json!({"type": "age", "days": 1});
    let call = |options: &Value| {
        fill(&format!(
            "SELECT FROM tallystick.purchase({{business}}, {{customer}}, ARRAY[{{product}}::uuid], '{{1}}', 'k', p_options => {})",
            quoted(&options.to_string())
        ))
    };
    for options in [
        json!({"due_date": "2999-01-01", "due_at": "2999-01-01T00:00:00Z"}),
        json!({"due_date": "2999-01-01", "payment_terms": age}),
        json!({"payment_terms": age, "due_at": "2999-01-01T00:00:00Z"}),
        json!({"payment_terms": null}),
        json!({"payment_terms": {"type": "age"}}),
        json!({"payment_terms": {"type": "calendar", "days": 1.5}}),
        json!({"due_date": null}),
        json!({"due_date": "today"}),
        json!({"due_date": "infinity"}),
        json!({"due_date": "2999-1-1"}),
        json!({"due_date": "2999-02-30"}),
        json!({"due_date": "9999-01-01"}),
        json!({"due_date": 20_990_101}),
        json!({"due_date": ["2999-01-01"]}),
        json!({"due_at": null}),
        json!({"due_at": "now"}),
        json!({"due_at": "2999-01-01"}),
        json!({"due_at": "2999-01-01T00:00:00"}),
        json!({"due_at": "2999-01-01 00:00:00Z"}),
        json!({"due_at": "9999-01-01T00:00:00Z"}),
    ] {
        server.is_refused(&call(&options), &["22023", "22008"]).await;
    }
    for (key, options) in [
        ("a", json!({"due_date": "9998-12-31"})),
        ("b", json!({"due_at": "9998-12-31T23:59:59.999999Z"})),
        ("c", json!({"due_at": "2999-01-01T00:00:00+05:30"})),
    ] {
        assert_eq!(
            bought(&server, key, &quoted(&options.to_string())).await[0].as_deref(),
            Some("created"),
            "{options}"
        );
    }
    audit(&database).await;
}

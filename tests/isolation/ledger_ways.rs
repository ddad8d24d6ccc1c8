//! However entries are written, by which statement, in which order and by how many at once: the rules of the ledger hold. Only what
//! follows from the entry before is accepted.

use tallystick::db::connection::DedicatedConnection;
use tokio_postgres::SimpleQueryMessage;

use crate::support::{
    actor::{Actor, context},
    by_hand,
    fresh_database::FreshDatabase,
    sessions::until,
    two_businesses::{OURS, fill, two_businesses},
};

const CONTINUES: &str = "credit_ledger_continues_the_previous_entry";
const BALANCE: &str = "credit_ledger_balance_after_is_before_plus_amount";

async fn database() -> FreshDatabase {
    let database = two_businesses().await;
    by_hand::install(&database).await;
    database
}

/// A superuser who switched triggers and foreign keys off, as far as that goes.
async fn replica(database: &FreshDatabase) -> Actor {
    let prelude = format!("SET LOCAL session_replication_role = replica; {}", context(&OURS.id("business")));
    Actor::new(database, tallystick::local_postgres::SUPERUSER, &prelude).await
}

/// A query for our customer's next entry, a payment of 40: right, or with a balance that is one off.
fn payment(is_right: bool) -> String {
    let changed = if is_right { "'{}'" } else { r#"'{"balance_after": 31}'"# };
    fill(&format!(
        r#"SELECT e.* FROM by_hand.forged({{business}}, {{customer}}, '{{"kind": "payment", "amount": -40}}', {changed}) AS e"#
    ))
}

/// What refuses `sql`, or `None` if it is accepted.
async fn refused_by(actor: &Actor, sql: &str) -> Option<String> {
    let error = actor.try_rows(sql).await.err()?;
    let error = error.as_db_error().unwrap_or_else(|| panic!("{sql}\n{error:?}"));
    Some(error.constraint().unwrap_or_else(|| panic!("{sql}\n{error:?}")).to_owned())
}

#[tokio::test]
async fn every_statement_that_writes_an_entry_is_judged() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let columns = "SELECT string_agg(attname, ', e.' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'tallystick.credit_ledger'::regclass AND attnum > 0 AND NOT attisdropped";
    let columns = owner.value(columns).await;
    let insert = "INSERT INTO tallystick.credit_ledger ROWS";
    for way in [
        insert.to_owned(),
        format!("{insert} RETURNING entry_no"),
        format!("{insert} ON CONFLICT DO NOTHING"),
        format!("{insert} ON CONFLICT ON CONSTRAINT credit_ledger_pk DO UPDATE SET amount = 0"),
        format!(
            "MERGE INTO tallystick.credit_ledger AS present USING (ROWS) AS e ON present.id = e.id
             WHEN NOT MATCHED THEN INSERT VALUES (e.{columns})"
        ),
        format!("WITH written AS ({insert} RETURNING 1) SELECT FROM written"),
        format!("WITH written AS ({insert}) SELECT"),
        format!("EXPLAIN (ANALYZE) {insert}"),
        format!("DEALLOCATE ALL; PREPARE way AS {insert}; EXECUTE way"),
        format!("SAVEPOINT way; {insert}; RELEASE way"),
        // Whoever stops to read the answer early does not stop the judgement.
        format!("DO $$ DECLARE one record; BEGIN FOR one IN {insert} RETURNING 1 LOOP EXIT; END LOOP; END $$"),
        format!("DO $$ BEGIN EXECUTE $ins${insert}$ins$; END $$"),
    ] {
        for actor in [&owner, &replica(&database).await] {
            assert_eq!(refused_by(actor, &way.replace("ROWS", &payment(true))).await, None, "{way}");
            assert_eq!(
                refused_by(actor, &way.replace("ROWS", &payment(false))).await.as_deref(),
                Some(BALANCE),
                "{way}"
            );
        }
    }
}

#[tokio::test]
async fn copied_entries_are_judged() {
    let database = database().await;
    for actor in [Actor::superuser(&database).await, replica(&database).await] {
        for format in ["text", "binary"] {
            for (is_right, expected) in [(true, None), (false, Some(BALANCE))] {
                let copy = format!(
                    "DO $$
                     DECLARE
                         c_file constant text := current_setting('data_directory') || '/' || current_database();
                     BEGIN
                         EXECUTE format('COPY (%s) TO %L (FORMAT {format})', $row${}$row$, c_file);
                         EXECUTE format('COPY tallystick.credit_ledger FROM %L (FORMAT {format})', c_file);
                     END
                     $$",
                    payment(is_right)
                );
                assert_eq!(refused_by(&actor, &copy).await.as_deref(), expected, "{copy}");
            }
        }
    }
    // Where row level security holds, PostgreSQL refuses COPY altogether.
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    owner.is_refused("COPY tallystick.credit_ledger FROM STDIN", &["0A000"]).await;
}

/// Five payments of two customers, in one statement, and in whatever order. From the third on, `changed` counts `by` more, and the
/// hashes are those of what is then written. So only the third does not follow from the one before it.
fn five_payments(changed: &str, by: &str) -> String {
    fill(&format!(
        r#"WITH right_ones AS MATERIALIZED (
               SELECT array_agg(e ORDER BY e.entry_no) AS entries
               FROM by_hand.chain({{business}}, {{customer}}, array_fill('{{"kind": "payment", "amount": -1}}'::jsonb, '{{5}}')) AS e
           ), forged AS MATERIALIZED (
               SELECT pg_temp.forged(entries, '{changed}', '{by}') AS entries FROM right_ones
           ), others AS MATERIALIZED (
               SELECT array_agg(e) AS entries
               FROM by_hand.chain({{business}}, {{newcomer}}, array_fill('{{"kind": "payment", "amount": -1}}'::jsonb, '{{2}}')) AS e
           )
           INSERT INTO tallystick.credit_ledger
           SELECT e.* FROM forged, others, unnest(forged.entries || others.entries) AS e
           ORDER BY md5(e.entry_no || '{by}')"#
    ))
}

const FORGED: &str = "
    CREATE FUNCTION pg_temp.forged(p_entries tallystick.credit_ledger[], p_column text, p_by text)
    RETURNS tallystick.credit_ledger[]
    LANGUAGE plpgsql AS $$
    DECLARE
        e tallystick.credit_ledger;
    BEGIN
        FOR n IN 3 .. 5 LOOP
            e := p_entries[n];
            EXECUTE format('SELECT (jsonb_populate_record($1, jsonb_build_object(%L, ($1).%I + %L))).*', p_column, p_column, p_by)
            INTO e USING e;
            e.entry_hash := by_hand.hash(e, p_entries[n - 1].entry_hash);
            p_entries[n] := e;
        END LOOP;
        RETURN p_entries;
    END
    $$;";

#[tokio::test]
async fn entries_of_one_statement_are_judged_each_by_the_one_before_it() {
    let database = database().await;
    let prelude = format!("{FORGED} SET LOCAL ROLE tallystick_owner; {}", context(&OURS.id("business")));
    let owner = Actor::new(&database, tallystick::local_postgres::SUPERUSER, &prelude).await;
    for (changed, by, constraint) in [
        ("balance_after", "0", None),
        ("balance_after", "1", Some(BALANCE)),
        ("balance_after", "-1", Some(BALANCE)),
        ("charged_total", "1", Some("credit_ledger_charged_total_adds_the_charges")),
        ("allocated_total", "1", Some("allocations_add_up_to_what_the_entry_allocates")),
        ("held_total", "1", Some("credit_ledger_nothing_is_held")),
        ("due_run_from", "1", Some("credit_ledger_others_carry_the_due_time")),
        ("due_at", "1 microsecond", Some("credit_ledger_others_carry_the_due_time")),
        ("created_at", "-1 hour", Some("credit_ledger_created_at_never_falls")),
        ("created_at", "1 hour", None),
        ("entry_no", "1", Some(CONTINUES)),
    ] {
        assert_eq!(refused_by(&owner, &five_payments(changed, by)).await.as_deref(), constraint, "{changed} {by}");
    }
}

/// An order of our customer, its line and its charge, as of `right`, each a part of a statement.
const PURCHASE: [(&str, &str); 3] = [
    ("placed", "INSERT INTO tallystick.orders SELECT {business}, {no_order}, {customer}, 300, now()"),
    ("lines", "INSERT INTO tallystick.order_items SELECT l.* FROM pg_temp.line() AS l"),
    (
        "charged",
        "INSERT INTO tallystick.credit_ledger SELECT e.* FROM by_hand.forged({business}, {customer}, jsonb_build_object(
             'kind', 'purchase', 'id', {no_order}, 'amount', 300, 'created_at', now(),
             'details_digest', by_hand.digest(ARRAY[pg_temp.line()]))) AS e",
    ),
];

const PURCHASE_LINE: &str = "
    CREATE FUNCTION pg_temp.line() RETURNS tallystick.order_items LANGUAGE plpgsql AS $$
    BEGIN
        RETURN by_hand.line({business}, {no_order}, jsonb_build_object(
            'line_no', 1, 'product_id', {product}, 'quantity', 3, 'unit_price', 100, 'line_total', 300));
    END
    $$;";

const ORDERS_OF_THREE: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[tokio::test]
async fn a_purchase_is_written_at_once_or_its_order_first_and_its_lines_last() {
    let database = database().await;
    let prelude = format!("{} SET LOCAL ROLE tallystick_owner; {}", fill(PURCHASE_LINE), context(&OURS.id("business")));
    let owner = Actor::new(&database, tallystick::local_postgres::SUPERUSER, &prelude).await;
    let charges = "credit_ledger_purchase_charges_its_orders_total";
    for order in ORDERS_OF_THREE {
        let [first, second, last] = order.map(|number| PURCHASE[number]);
        // In one statement, in whatever order.
        let at_once = format!("WITH {} AS ({}), {} AS ({}) {}", first.0, first.1, second.0, second.1, last.1);
        assert_eq!(refused_by(&owner, &fill(&at_once)).await, None, "{at_once}");
        let other_total = fill(&at_once).replace(", 300, now()", ", 301, now()");
        assert_eq!(refused_by(&owner, &other_total).await.as_deref(), Some(charges), "{other_total}");
        let other_digest = fill(&at_once).replace("by_hand.digest(ARRAY[pg_temp.line()])", "sha256('x')");
        let refused = refused_by(&owner, &other_digest).await;
        assert_eq!(refused.as_deref(), Some("order_lines_are_those_of_the_ledger_entry"), "{other_digest}");
        // In three statements.
        let one_by_one = format!(
            "SET CONSTRAINTS ALL DEFERRED; {}; {}; {}; SET CONSTRAINTS ALL IMMEDIATE",
            first.1, second.1, last.1
        );
        let expected = match order {
            [0, 2, 1] => None,
            // The charge needs its order, and a line its charge.
            [2, ..] => Some(charges),
            _ => Some("orders_are_charged"),
        };
        assert_eq!(refused_by(&owner, &fill(&one_by_one)).await.as_deref(), expected, "{one_by_one}");
    }
    // Without one of them.
    let without = |left_out: usize| {
        let parts: Vec<_> = (0..3).filter(|number| *number != left_out).map(|number| PURCHASE[number].1).collect();
        fill(&format!("SET CONSTRAINTS ALL DEFERRED; {}; SET CONSTRAINTS ALL IMMEDIATE", parts.join(";")))
    };
    for (left_out, expected) in [(0, "orders_are_charged"), (1, "orders_have_a_first_line"), (2, "orders_are_charged")]
    {
        assert_eq!(refused_by(&owner, &without(left_out)).await.as_deref(), Some(expected), "{left_out}");
    }
}

/// Purchases and payments, first entries and later ones, in one statement.
#[tokio::test]
async fn each_entry_of_a_statement_keeps_the_rules_of_its_kind() {
    let database = database().await;
    let prelude = format!("{} SET LOCAL ROLE tallystick_owner; {}", fill(PURCHASE_LINE), context(&OURS.id("business")));
    let owner = Actor::new(&database, tallystick::local_postgres::SUPERUSER, &prelude).await;
    let beside = |customer: &str, payment: &str| {
        let [placed, lines, charged] = PURCHASE.map(|(_, part)| part);
        fill(&format!(
            r"WITH placed AS ({placed}), lines AS ({lines}) {charged}
               UNION ALL SELECT e.* FROM by_hand.forged({{business}}, {customer}, '{payment}') AS e"
        ))
    };
    let payment = r#"{"kind": "payment", "amount": -40}"#;
    for (sql, constraint) in [
        (beside("{newcomer}", payment), None),
        (beside("{newcomer}", r#"{"kind": "payment", "amount": 0}"#), Some("credit_ledger_amount_is_that_of_its_kind")),
        (beside("{no_customer}", payment), Some("credit_ledger_customer_exists")),
    ] {
        assert_eq!(refused_by(&owner, &sql).await.as_deref(), constraint, "{sql}");
    }
}

#[tokio::test]
async fn what_a_savepoint_took_back_is_no_entry_before() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let insert = |is_right| format!("INSERT INTO tallystick.credit_ledger {};", payment(is_right));
    let again = format!("SAVEPOINT one; {0} ROLLBACK TO one; {0} {0}", insert(true));
    assert_eq!(refused_by(&owner, &again).await, None);
    // The entry after the next, made while the next is there.
    let later = format!(
        "DO $$
         DECLARE
             v_later tallystick.credit_ledger;
         BEGIN
             BEGIN
                 {}
                 SELECT e.* INTO v_later FROM ({}) AS e;
                 RAISE EXCEPTION USING ERRCODE = 'TS000';
             EXCEPTION WHEN SQLSTATE 'TS000' THEN
                 INSERT INTO tallystick.credit_ledger SELECT v_later.*;
             END;
         END
         $$",
        insert(true),
        payment(true)
    );
    assert_eq!(refused_by(&owner, &later).await.as_deref(), Some(CONTINUES));
    // A refused entry does not count, and whoever catches the refusal goes on where he was.
    let caught =
        format!("DO $$ BEGIN {} EXCEPTION WHEN check_violation THEN NULL; END $$; {}", insert(false), insert(true));
    assert_eq!(refused_by(&owner, &caught).await, None);
}

/// The triggers look up with the rights and in the business that the session has when the statement ends.
#[tokio::test]
async fn who_leaves_the_business_or_the_role_within_the_statement_writes_nothing() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let elsewhere = "RETURNING set_config('app.business_id', {their_business}::text, true)";
    let first = fill(
        r#"INSERT INTO tallystick.credit_ledger
           SELECT e.* FROM by_hand.forged({business}, {newcomer}, '{"kind": "payment", "amount": -40}') AS e"#,
    );
    let next = format!("INSERT INTO tallystick.credit_ledger {}", payment(true));
    // A part of a charge, by a payment that named none.
    let part = "INSERT INTO tallystick.allocations (
            business_id, customer_id, charge_no, part_no, entry_no, amount, allocated_before, allocated_after, charge_amount, charged_total)
        VALUES ({business}, {customer}, 1, 1, 2, 5, 0, 5, 100, 100)";
    for (sql, constraint) in [
        (next.clone(), CONTINUES),
        (first, "credit_ledger_customer_exists"),
        (part.to_owned(), "allocations_entry_exists"),
    ] {
        let refused = refused_by(&owner, &fill(&format!("{sql} {elsewhere}"))).await;
        assert_eq!(refused.as_deref(), Some(constraint), "{sql}");
    }
    for role in ["tallystick_app", "tallystick_auditor"] {
        owner.is_denied(&format!("{next} RETURNING set_config('role', '{role}', true)")).await;
    }
    owner.is_denied(&format!("{next} RETURNING set_config('row_security', 'off', true)")).await;
}

#[tokio::test]
async fn entries_of_several_businesses_in_one_statement_are_each_judged() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let superuser = Actor::superuser(&database).await;
    let both = |wrong: &str| {
        let one = |tenant: &str, customer: &str, changed: &str| {
            format!(
                r#"SELECT e.* FROM by_hand.forged({{{tenant}}}, {{{customer}}}, '{{"kind": "payment", "amount": -40}}', '{changed}') AS e"#
            )
        };
        fill(&format!(
            "INSERT INTO tallystick.credit_ledger {} UNION ALL {}",
            one("business", "customer", "{}"),
            one("their_business", "their_customer", wrong)
        ))
    };
    assert_eq!(refused_by(&superuser, &both("{}")).await, None);
    assert_eq!(refused_by(&superuser, &both(r#"{"balance_after": 31}"#)).await.as_deref(), Some(BALANCE));
    owner.is_denied(&both("{}")).await;
    // What belongs to one business is no entry before, and no customer, of another.
    for (customer, constraint) in [("their_customer", CONTINUES), ("their_newcomer", "credit_ledger_customer_exists")] {
        let mixed = format!(
            r#"SELECT by_hand.entry({{their_business}}, {{{customer}}}, '{{"kind": "payment", "amount": -40}}',
                   jsonb_build_object('business_id', {{business}}))"#
        );
        assert_eq!(refused_by(&superuser, &fill(&mixed)).await.as_deref(), Some(constraint), "{customer}");
    }
}

#[tokio::test]
async fn the_parts_of_an_entry_come_with_it_and_none_later() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    // Two debits as entries 3 and 4, a payment of 10 for entry 4, and a credit of 10 for entry 3.
    let planted = |kind: &str| {
        let debit = r#"SELECT by_hand.entry({business}, {customer}, '{"kind": "debit", "amount": 50}');"#;
        let credit = |kind: &str, charge_no: u32| {
            format!(
                r#"SELECT by_hand.allocating({{business}}, {{customer}}, '{{"kind": "{kind}", "amount": -10}}', '{{{charge_no}}}', '{{10}}');"#
            )
        };
        [debit, debit, &credit("payment", 4), &credit(kind, 3)].concat()
    };
    let insert = "INSERT INTO tallystick.allocations (business_id, customer_id, charge_no, part_no, entry_no, amount,
        allocated_before, allocated_after, charge_amount, charged_total) VALUES";
    let more = "({business}, {customer}, 1, 1, 6, 3, 0, 3, 100, 100)";
    let less = "({business}, {customer}, 4, 2, 6, -3, 10, 7, 50, 200)";
    let adds_up = "allocations_add_up_to_what_the_entry_allocates";
    for (kind, constraint) in [
        ("payment", "allocations_are_those_of_the_ledger_entry"),
        ("credit", "allocations_are_those_of_the_ledger_entry"),
        ("write_off", "allocations_are_those_of_the_ledger_entry"),
    ] {
        owner.rows(&fill(&planted(kind))).await;
        for (parts, constraint) in [(more.to_owned(), adds_up), (format!("{more}, {less}"), constraint)] {
            let refused = refused_by(&owner, &fill(&format!("{} {insert} {parts}", planted(kind)))).await;
            assert_eq!(refused.as_deref(), Some(constraint), "{kind}: {parts}");
        }
    }
}

/// A session of the owner, in our business.
async fn session(database: &FreshDatabase, begin: &str) -> DedicatedConnection {
    let session = database.session().await;
    let context = context(&OURS.id("business"));
    session.client().batch_execute(&format!("{begin}; SET LOCAL ROLE tallystick_owner; {context}")).await.unwrap();
    session
}

/// What refuses `sql` in a session: a constraint's name or an SQLSTATE.
async fn refusal(session: &DedicatedConnection, sql: &str) -> Option<String> {
    let error = session.client().batch_execute(sql).await.err()?;
    let error = error.as_db_error().unwrap_or_else(|| panic!("{sql}\n{error:?}"));
    Some(error.constraint().unwrap_or(error.code().code()).to_owned())
}

/// The first value that `sql` returns.
async fn value(session: &DedicatedConnection, sql: &str) -> String {
    let rows = session.client().simple_query(sql).await.unwrap();
    let first = rows.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    first.unwrap()
}

/// Our customer's next two entries, each as a row's text.
async fn next_two(session: &DedicatedConnection) -> [String; 2] {
    let chain = |number: u32| {
        fill(&format!(
            r#"SELECT e::text FROM by_hand.chain({{business}}, {{customer}}, ARRAY[
                   '{{"kind": "payment", "amount": -1, "created_at": "2100-01-01T00:00:00Z", "id": "00000000-0000-7000-8000-000000000001"}}',
                   '{{"kind": "payment", "amount": -1, "created_at": "2100-01-01T00:00:00Z", "id": "00000000-0000-7000-8000-000000000002"}}'
               ]::jsonb[]) AS e ORDER BY entry_no OFFSET {number} LIMIT 1"#
        ))
    };
    [value(session, &chain(0)).await, value(session, &chain(1)).await]
}

fn insert(row: &str) -> String {
    format!(
        "INSERT INTO tallystick.credit_ledger SELECT (text '{}'::tallystick.credit_ledger).*",
        row.replace('\'', "''")
    )
}

/// Nobody takes the customer's lock here, as the functions do.
#[tokio::test]
async fn of_two_owners_at_once_one_writes_the_next_entry() {
    let database = database().await;
    let observer = database.session().await;
    for (ending, expected) in [("COMMIT", Some("credit_ledger_pk")), ("ROLLBACK", None)] {
        let [one, two] = [session(&database, "BEGIN").await, session(&database, "BEGIN").await];
        let insert = format!("INSERT INTO tallystick.credit_ledger {}", payment(true));
        assert_eq!(refusal(&one, &insert).await, None);
        let waits = async {
            let query =
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            until("the other waits", async || observer.client().query_opt(query, &[]).await.unwrap()).await;
            one.client().batch_execute(ending).await.unwrap();
        };
        let (refused, ()) = tokio::join!(refusal(&two, &insert), waits);
        assert_eq!(refused.as_deref(), expected, "{ending}");
        two.client().batch_execute("ROLLBACK").await.unwrap();
    }
}

#[tokio::test]
async fn an_entry_whose_entry_before_is_not_committed_is_refused_and_waits_for_nothing() {
    let database = database().await;
    let [one, two] = [session(&database, "BEGIN").await, session(&database, "BEGIN").await];
    let [next, after_next] = next_two(&one).await;
    assert_eq!(refusal(&one, &insert(&next)).await, None);
    two.client().batch_execute("SAVEPOINT before").await.unwrap();
    assert_eq!(refusal(&two, &insert(&after_next)).await.as_deref(), Some(CONTINUES));
    one.client().batch_execute("COMMIT").await.unwrap();
    two.client().batch_execute("ROLLBACK TO before").await.unwrap();
    assert_eq!(refusal(&two, &insert(&after_next)).await, None);
}

#[tokio::test]
async fn a_session_that_sees_the_past_writes_no_second_future() {
    let database = database().await;
    for level in ["REPEATABLE READ", "SERIALIZABLE"] {
        let [one, two] =
            [session(&database, "BEGIN").await, session(&database, &format!("BEGIN ISOLATION LEVEL {level}")).await];
        // Both see two entries.
        let [next, after_next] = next_two(&one).await;
        assert_eq!(next_two(&two).await, [next.clone(), after_next.clone()]);
        assert_eq!(refusal(&one, &insert(&next)).await, None);
        one.client().batch_execute("COMMIT").await.unwrap();
        two.client().batch_execute("SAVEPOINT before").await.unwrap();
        // The entry after one that it does not see, and another entry where there is one already.
        assert_eq!(refusal(&two, &insert(&after_next)).await.as_deref(), Some(CONTINUES), "{level}");
        two.client().batch_execute("ROLLBACK TO before").await.unwrap();
        let fork = format!("INSERT INTO tallystick.credit_ledger {}", payment(true));
        let refused = refusal(&two, &fork).await;
        assert!(matches!(refused.as_deref(), Some("credit_ledger_pk" | "40001")), "{level}: {refused:?}");
        two.client().batch_execute("ROLLBACK").await.unwrap();
        let clean = "ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER refuse_change;
            DELETE FROM tallystick.credit_ledger WHERE id = '00000000-0000-7000-8000-000000000001';
            ALTER TABLE tallystick.credit_ledger ENABLE ALWAYS TRIGGER refuse_change";
        database.session().await.client().batch_execute(clean).await.unwrap();
    }
}

/// An order that is not committed is none, and so is a charge that is not.
#[tokio::test]
async fn of_two_owners_at_once_neither_adds_to_the_others_purchase() {
    let database = database().await;
    let [one, two] = [session(&database, "BEGIN").await, session(&database, "BEGIN").await];
    let order = "SET CONSTRAINTS ALL DEFERRED;
        INSERT INTO tallystick.orders VALUES ({business}, {no_order}, {newcomer}, 300, now())";
    let charge = "SELECT by_hand.entry({business}, {newcomer}, jsonb_build_object(
        'kind', 'purchase', 'id', {no_order}, 'amount', 300, 'created_at', now()))";
    let line = "INSERT INTO tallystick.order_items SELECT (by_hand.line({business}, {no_order}, jsonb_build_object(
        'line_no', 1, 'product_id', {product}, 'quantity', 3, 'unit_price', 100, 'line_total', 300))).*";
    assert_eq!(refusal(&one, &fill(order)).await, None);
    two.client().batch_execute("SAVEPOINT before").await.unwrap();
    let refused = refusal(&two, &fill(charge)).await;
    assert_eq!(refused.as_deref(), Some("credit_ledger_purchase_charges_its_orders_total"));
    two.client().batch_execute("ROLLBACK TO before").await.unwrap();
    assert_eq!(refusal(&one, &fill(charge)).await, None);
    assert_eq!(refusal(&two, &fill(line)).await.as_deref(), Some("orders_are_charged"));
}

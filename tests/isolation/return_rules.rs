//! Returns hold their rules by themselves: rows written by hand, by the owner, are refused by the rule that they break.

use crate::support::{
    actor::Actor,
    by_hand,
    fresh_database::FreshDatabase,
    two_businesses::{OURS, fill, two_businesses},
};

/// An order of the newcomer for 120, its first: 3 pieces for 100, of which 10 are tax; 2 hours of a service for 20; and a piece
/// for nothing.
const BOUGHT: &str = r"SELECT by_hand.purchase({business}, {newcomer}, {no_order}, ARRAY[
    jsonb_build_object('product_id', {product}, 'quantity', 3, 'unit_price', 40, 'discount', 30, 'tax', 10, 'line_total', 100),
    jsonb_build_object('product_id', {product}, 'quantity', 2, 'unit_price', 10, 'stock_taken', 0, 'line_total', 20),
    jsonb_build_object('product_id', {product}, 'quantity', 1, 'unit_price', 0, 'line_total', 0)]);";

/// A return of one piece and one hour, for 33 and 10.
const RETURN: &str = r#"SELECT by_hand.returned({business}, {newcomer}, {no_payment}, {no_order},
    ARRAY['{"line_no": 1, "quantity": 1, FIRST}', '{"line_no": 2, "quantity": 1, SECOND}']::jsonb[] MORE);"#;

fn returned(first: &str, second: &str, more: &str) -> String {
    let member = |member: &str| if member.is_empty() { r#""restocked": 0"#.to_owned() } else { member.to_owned() };
    let sql = RETURN.replace("FIRST", &member(first)).replace("SECOND", &member(second)).replace("MORE", more);
    fill(&format!("{BOUGHT} {sql}"))
}

/// The return of which the first line says something wrong that its digest knows.
fn first(wrong: &str) -> String {
    returned(wrong, "", "")
}

/// A right return, and then lines that the order or another return does not have.
fn after(sql: &str) -> String {
    returned("", "", "") + &fill(sql)
}

async fn database() -> FreshDatabase {
    let database = two_businesses().await;
    by_hand::install(&database).await;
    database
}

async fn are_refused(cases: &[(&str, String, &str)]) {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for (name, sql, constraint) in cases {
        let refusal = owner.refusal(&format!("{sql} SET CONSTRAINTS ALL IMMEDIATE")).await;
        assert_eq!(refusal.constraint(), Some(*constraint), "{name}: {refusal:?}");
    }
}

#[tokio::test]
async fn the_returns_that_the_tests_start_from_are_accepted() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let rest = r#"SELECT by_hand.returned({business}, {newcomer}, {no_movement}, {no_order},
        ARRAY['{"line_no": 1, "quantity": 2}', '{"line_no": 2, "quantity": 1}', '{"line_no": 3, "quantity": 1}']::jsonb[]);"#;
    let paid = "SELECT by_hand.allocating({business}, {newcomer}, '{\"kind\": \"payment\", \"amount\": -100}', '{1}', '{100}');";
    for (sql, credited) in [
        (returned("", "", ""), "33:3:0 10:NULL:0"),
        (returned(r#""restocked": 1"#, "", ""), "33:3:1 10:NULL:0"),
        (after(rest), "33:3:0 67:7:2 10:NULL:0 10:NULL:0 0:NULL:1"),
        // Only 20 of the order are left to be settled.
        (fill(BOUGHT) + &fill(paid) + &returned("", "", "").replace(&fill(BOUGHT), ""), "33:3:0 10:NULL:0"),
    ] {
        let lines = "SELECT string_agg(concat_ws(':', line_total, coalesce(tax::text, 'NULL'), restocked), ' ' ORDER BY line_no, part_no)
            FROM tallystick.return_items";
        let ours = fill(&format!("{lines} WHERE order_id = {{no_order}}"));
        let rows = owner.rows(&format!("{sql} SET CONSTRAINTS ALL IMMEDIATE; {ours}")).await;
        assert_eq!(rows.last().unwrap(), &[Some(credited.to_owned())]);
    }
}

#[tokio::test]
async fn a_part_of_an_order_line_that_breaks_a_rule_is_refused_by_the_rules_constraint() {
    let (exists, copies) = ("return_items_order_line_exists", "return_items_copy_their_order_line");
    let (continues, price) = ("return_items_continue_the_previous_part", "return_items_credit_the_price_as_bought");
    let again = |wrong: &str| {
        let sql = r#"SELECT by_hand.returned({business}, {newcomer}, {no_movement}, {no_order},
            ARRAY['{"line_no": 1, "quantity": 2, WRONG}']::jsonb[]);"#;
        after(&sql.replace("WRONG", wrong))
    };
    are_refused(&[
        (
            "more than was bought",
            first(r#""quantity": 4, "returned_after": 4, "line_total": 133, "tax": 13"#),
            "return_items_return_at_most_what_was_bought",
        ),
        (
            "more than was bought, by and by",
            again(r#""quantity": 3, "returned_after": 4, "line_total": 100, "tax": 10"#),
            "return_items_return_at_most_what_was_bought",
        ),
        (
            "the same once more",
            again(r#""part_no": 1, "returned_before": 0, "returned_after": 2, "line_total": 66, "tax": 6"#),
            "return_items_pk",
        ),
        (
            "nothing",
            first(r#""quantity": 0, "returned_after": 0, "line_total": 0, "tax": 0"#),
            "return_items_quantity_is_positive",
        ),
        ("another sum", first(r#""returned_after": 2"#), "return_items_after_is_before_plus_quantity"),
        (
            "less than nothing",
            first(r#""part_no": 2, "returned_before": -1, "returned_after": 0"#),
            "return_items_returned_is_never_below_zero",
        ),
        ("part 0", first(r#""part_no": 0"#), "return_items_part_no_counts_from_1"),
        (
            "a first part that begins later",
            first(r#""returned_before": 1, "returned_after": 2"#),
            "return_items_first_part_starts_from_zero",
        ),
        ("a second part without a first", first(r#""part_no": 2"#), continues),
        ("a third part after the first", again(r#""part_no": 3"#), continues),
        (
            "a part that forgets the one before",
            again(r#""returned_before": 0, "returned_after": 2, "line_total": 66, "tax": 6"#),
            continues,
        ),
        ("more in the stock than came", first(r#""restocked": 2"#), "return_items_restock_at_most_the_quantity"),
        ("less in the stock than nothing", first(r#""restocked": -1"#), "return_items_restock_at_most_the_quantity"),
        (
            "a service in the stock",
            returned("", r#""restocked": 1"#, ""),
            "return_items_restock_what_came_from_the_stock",
        ),
        ("another product", first(r#""product_id": "bbbbbbbb-0000-7000-8000-000000000004""#), copies),
        ("more bought than was", first(r#""bought": 4"#), copies),
        ("a line that the order does not have", returned("", "", r#", '{}', '{}', '{"{\"line_no\": 4}"}'"#), exists),
        (
            "a line of another order",
            returned("", "", r#", '{}', '{}', '{"{\"order_id\": \"aaaaaaaa-0000-7000-8000-000000000005\"}"}'"#),
            exists,
        ),
        ("rounded up", first(r#""line_total": 34"#), price),
        ("rounded up with its tax", first(r#""line_total": 34, "tax": 4"#), price),
        ("without its tax", first(r#""line_total": 30, "tax": null"#), price),
        ("less tax", first(r#""tax": 2"#), price),
        ("a tax that was not charged", returned("", r#""tax": 0"#, ""), price),
        ("the rest at the price of the first part", again(r#""line_total": 66, "tax": 6"#), price),
    ])
    .await;
}

#[tokio::test]
async fn a_return_its_entry_and_its_lines_come_together_and_agree() {
    let agree = "credit_ledger_a_return_credits_its_returns_total";
    let (add_up, digest) = ("return_lines_add_up", "return_lines_are_those_of_the_ledger_entry");
    let bought = |sql: &str| fill(&format!("{BOUGHT} SET CONSTRAINTS ALL DEFERRED; {sql}"));
    let bare =
        "INSERT INTO tallystick.returns VALUES ({business}, {no_payment}, {no_order}, {newcomer}, 33, now(), 1);";
    let line = |id: &str| {
        "INSERT INTO tallystick.return_items VALUES (
            {business}, ID, {no_order}, {product}, 1, 1, 0, 0, 1, 3, 33, 3, 1);"
            .replace("ID", id)
    };
    let entry = r#"SELECT by_hand.entry({business}, {newcomer}, '{"kind": "return", "amount": -33}');"#;
    let free = "INSERT INTO tallystick.return_items VALUES (
        {business}, {no_payment}, {no_order}, {product}, 1, 1, 0, 0, 1, 1, 0, NULL, 3);";
    let with = |more: &str| returned("", "", more);
    are_refused(&[
        ("a return without lines and without an entry", bought(bare), "returns_have_a_first_line"),
        ("a return without an entry", bought(&format!("{bare} {}", line("{no_payment}"))), "returns_are_credited"),
        ("an entry without a return", bought(entry), agree),
        ("lines without a return", bought(&line("{no_payment}")), "return_items_return_exists"),
        ("a line of a foreign return", bought(&line("{their_return}")), "return_items_return_exists"),
        ("a return that credits less", with(r#", '{}', '{}', '{}', '{"total": 42}'"#), agree),
        ("a return of another time", with(r#", '{}', '{}', '{}', '{"created_at": "2026-01-01"}'"#), agree),
        (
            "a return of another customer",
            with(r#", '{}', '{}', '{}', '{"customer_id": "aaaaaaaa-0000-7000-8000-000000000002"}'"#),
            agree,
        ),
        (
            "another customer's return",
            with("").replacen(
                &fill("by_hand.returned({business}, {newcomer}"),
                &fill("by_hand.returned({business}, {customer}"),
                1,
            ),
            "returns_order_is_one_of_the_customer",
        ),
        ("a credit of more than the lines", with(r#", '{"amount": -44}'"#), add_up),
        ("a credit of less than the lines", with(r#", '{"amount": -42}'"#), add_up),
        ("a line more that costs nothing", after(free), digest),
        ("a line more", after(&line("{no_payment}").replace(", 1);", ", 2);")), "return_items_pk"),
        (
            "a first line that it does not have",
            with(r#", '{}', '{}', '{}', '{"first_line_no": 3}'"#),
            "returns_have_a_first_line",
        ),
        ("another quantity in the stock", with(r#", '{}', '{}', '{"{\"restocked\": 1}"}'"#), digest),
        ("another digest", with(r", '{}', jsonb_build_object('details_digest', sha256('x'))"), digest),
        (
            "a line twice",
            after(&line("{no_payment}").replace("{product}, 1, 1, 0, 0, 1, 3", "{product}, 2, 1, 0, 1, 2, 3")),
            "return_items_of_a_return",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_return_settles_its_own_order_as_far_as_it_can() {
    let settles = "returns_settle_their_order";
    let with = |settles: &str| returned("", "", &format!(", '{{}}', '{{}}', '{{}}', '{{}}', '{settles}'"));
    let fee = r#"SELECT by_hand.entry({business}, {newcomer}, '{"kind": "fee", "amount": 50}');"#;
    let payment = r#"SELECT by_hand.entry({business}, {newcomer}, '{"kind": "payment", "amount": -10}');"#;
    are_refused(&[
        ("nothing", with("{}"), settles),
        ("less than it could", with(r#"{"charge_nos": [1], "amounts": [42]}"#), settles),
        (
            "another charge",
            with(r#"{"charge_nos": [2], "amounts": [43]}"#).replacen(
                &fill(BOUGHT),
                &fill(&format!("{BOUGHT} {fee}")),
                1,
            ),
            settles,
        ),
        (
            "another charge, too",
            with(r#"{"charge_nos": [1, 2], "amounts": [40, 3]}"#).replacen(
                &fill(BOUGHT),
                &fill(&format!("{BOUGHT} {fee}")),
                1,
            ),
            settles,
        ),
        (
            "more than it credits",
            // There is other credit, which could settle the rest.
            with(r#"{"charge_nos": [1], "amounts": [44]}"#).replacen(
                &fill(BOUGHT),
                &fill(&format!("{BOUGHT} {payment}")),
                1,
            ),
            "credit_ledger_a_credit_allocates_at_most_itself",
        ),
    ])
    .await;
}

/// The digest of a return is not that of its parts alone. So a rule of its own says that none are added which add up to nothing.
#[tokio::test]
async fn a_return_takes_nothing_back() {
    // Two fees as entries 2 and 3, a payment of 10 for entry 3, and the return as entry 5.
    let fee = r#"SELECT by_hand.entry({business}, {newcomer}, '{"kind": "fee", "amount": 50}');"#;
    let paid =
        r#"SELECT by_hand.allocating({business}, {newcomer}, '{"kind": "payment", "amount": -10}', '{3}', '{10}');"#;
    let planted = returned("", "", "").replacen(&fill(BOUGHT), &fill(&format!("{BOUGHT} {fee} {fee} {paid}")), 1);
    let parts = "INSERT INTO tallystick.allocations (business_id, customer_id, charge_no, part_no, entry_no, amount,
        allocated_before, allocated_after, charge_amount, charged_total) VALUES ({business}, {newcomer}, 2, 1, 5, 3, 0, 3, 50, 170)";
    let back = ", ({business}, {newcomer}, 3, 2, 5, -3, 10, 7, 50, 220)";
    are_refused(&[
        (
            "one more part",
            planted.clone() + &fill(&format!("{parts};")),
            "allocations_add_up_to_what_the_entry_allocates",
        ),
        (
            "a part that is taken from another",
            planted + &fill(&format!("{parts} {back};")),
            "allocations_of_a_credit_take_nothing_back",
        ),
    ])
    .await;
}

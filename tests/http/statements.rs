//! Statements: what they say in each form, that they add up and join, and that a client that reads slowly is in nobody's way.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::future::join_all;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{by_hand, client::Answer, server::TestServer, shop::Shop};

/// A business in Berlin, and a customer with names of their own.
async fn shop_in_berlin(server: &TestServer, currency: &str, names: [&str; 2]) -> (Shop, String) {
    by_hand::install(&server.database).await;
    let business = json!({"name": names[0], "currency": currency, "time_zone": "Europe/Berlin"});
    let shop = Shop::open_as(server, &business).await;
    let body = json!({"name": names[1], "external_id": "C-1042", "credit_limit": 9_007_199_254_740_991_i64});
    let customer = shop.client.post("/v1/customers", &body).await.expect(201);
    (shop, customer["id"].as_str().unwrap().to_owned())
}

/// Writes entries of a customer, oldest first, of which `given` is an SQL array of JSON objects.
async fn plant(server: &TestServer, shop: &Shop, customer: &str, given: &str) {
    let business = shop.business_id;
    let sql = format!(
        "SET app.business_id = '{business}'; SELECT by_hand.entries('{business}', '{customer}', {given}); RESET app.business_id"
    );
    server.database.session().await.client().batch_execute(&sql).await.unwrap();
}

/// A month: a debit, a payment, a fee with a reason at the last moment of March in Berlin, and a debit at the first of April.
const MONTH: &str = r#"ARRAY[
    jsonb '{"kind": "debit", "amount": 120000, "created_at": "2026-02-10T10:00:00Z", "due_at": "2026-03-12T10:00:00Z"}',
    jsonb '{"kind": "debit", "amount": 5050, "created_at": "2026-02-28T23:00:00Z", "due_at": "2026-03-31T22:00:00Z", "due_date": "2026-03-31", "reference": "=SUM(A1), \"x\""}',
    jsonb '{"kind": "payment", "amount": -100000, "created_at": "2026-03-14T09:26:53.589793Z", "reference": "Überweisung, 4711"}',
    jsonb '{"kind": "fee", "amount": 7, "created_at": "2026-03-31T21:59:59.999999Z", "due_at": "2026-04-29T23:00:00Z", "reason": "<b>late</b> & \"sorry\""}',
    jsonb '{"kind": "debit", "amount": 1, "created_at": "2026-03-31T22:00:00Z", "due_at": "2026-04-30T00:00:00Z"}']"#;

async fn statement(shop: &Shop, customer: &str, query: &str) -> Answer {
    shop.client.get(&format!("/v1/customers/{customer}/statement?{query}")).await
}

const MARCH: &str = "from=2026-03-01&to=2026-03-31";

#[tokio::test]
async fn a_statement_opens_with_what_was_owed_lists_the_periods_entries_and_closes_with_what_is_open() {
    let server = TestServer::start().await;
    let (shop, customer) = shop_in_berlin(&server, "EUR", ["Corner Wholesale", "Café Central"]).await;
    plant(&server, &shop, &customer, MONTH).await;
    let march = statement(&shop, &customer, MARCH).await.expect(200);
    let entries = shop.client.get(&format!("/v1/customers/{customer}/ledger")).await.expect(200);
    let entry = |number: usize| &entries["data"][5 - number];

    let mut head = march.clone();
    for list in ["lines", "open_charges"] {
        head.as_object_mut().unwrap().remove(list).unwrap();
    }
    assert_eq!(
        head,
        json!({
            "business": {"id": shop.business_id, "name": "Corner Wholesale", "currency": "EUR", "currency_decimals": 2, "time_zone": "Europe/Berlin"},
            "customer": {"id": customer, "name": "Café Central", "external_id": "C-1042"},
            "from": "2026-03-01", "to": "2026-03-31",
            "period_start": "2026-02-28T23:00:00Z", "period_end": "2026-03-31T22:00:00Z", "as_of": "2026-03-31T22:00:00Z",
            "final": true, "opening_balance": 120_000, "closing_balance": 25_057,
            "aging": {"not_due": 5_057, "days_1_to_30": 20_000, "days_31_to_60": 0, "days_61_to_90": 0, "over_90_days": 0},
            "proof": entry(4)["proof"],
        })
    );

    // A line is its ledger entry, with the day of the business.
    let lines = march["lines"].as_array().unwrap();
    assert_eq!(
        lines.iter().map(|line| line["date"].as_str().unwrap()).collect::<Vec<_>>(),
        ["2026-03-01", "2026-03-14", "2026-03-31"]
    );
    for (line, number) in lines.iter().zip(2..) {
        for (name, value) in line.as_object().unwrap().iter().filter(|(name, _)| *name != "date") {
            assert_eq!(*value, entry(number)[name], "{name}");
        }
    }
    let open: Vec<_> = march["open_charges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|charge| [&charge["entry_no"], &charge["amount"], &charge["open_amount"]])
        .collect();
    assert_eq!(json!(open), json!([[1, 120_000, 20_000], [2, 5_050, 5_050], [4, 7, 7]]));
    assert_eq!(march["open_charges"][1]["charge_id"], entry(2)["id"]);
    assert_eq!(march["open_charges"][1]["due_date"], "2026-03-31");

    // The statements before and after it join.
    let (before, after) = tokio::join!(
        statement(&shop, &customer, "from=2026-01-01&to=2026-02-28"),
        statement(&shop, &customer, "from=2026-04-01&to=2026-04-30")
    );
    let (before, after) = (before.expect(200), after.expect(200));
    assert_eq!(
        (&before["closing_balance"], &before["period_end"]),
        (&march["opening_balance"], &march["period_start"])
    );
    assert_eq!((&after["opening_balance"], &after["period_start"]), (&march["closing_balance"], &march["period_end"]));
    assert_eq!((before["lines"].as_array().unwrap().len(), after["lines"].as_array().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn a_customer_without_entries_has_a_statement_and_one_that_has_not_ended_is_not_final() {
    let server = TestServer::start().await;
    let (shop, customer) = shop_in_berlin(&server, "EUR", ["Corner Wholesale", "Café Central"]).await;
    for (to, is_final) in [("2026-01-31", true), ("9998-12-31", false)] {
        let empty = statement(&shop, &customer, &format!("from=0001-01-01&to={to}")).await.expect(200);
        assert_eq!(
            (&empty["final"], &empty["lines"], &empty["open_charges"]),
            (&json!(is_final), &json!([]), &json!([]))
        );
        assert_eq!((&empty["closing_balance"], &empty["proof"]), (&json!(0), &Value::Null));
    }
    // In credit: nothing is open.
    shop.pay(&customer, 70).await.expect(201);
    let credit = statement(&shop, &customer, "from=2026-01-01&to=9998-12-31").await.expect(200);
    assert_eq!((&credit["closing_balance"], &credit["open_charges"]), (&json!(-70), &json!([])));
    let unknown = statement(&shop, &uuid::Uuid::now_v7().to_string(), MARCH).await;
    unknown.expect_problem(404, "customer_not_found");
    server.audit().await;
}

#[tokio::test]
async fn a_period_and_a_form_that_are_not_understood_are_refused_with_a_pointer() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(1).await;
    for (query, pointer, detail) in [
        ("", "/from", "is required"),
        ("from=2026-03-01", "/to", "is required"),
        ("from=2026-03-01&to=2026-02-30", "/to", "must be a date, such as 2026-01-31"),
        ("from=2026-03-01T00:00:00Z&to=2026-03-31", "/from", "must be a date, such as 2026-01-31"),
        ("from=2026-03-02&to=2026-03-01", "/to", "must not be before from"),
        ("from=2026-03-01&to=2026-03-01&format=pdf", "/format", "must be json, csv or html"),
        ("from=2026-03-01&to=2026-03-01&format=", "/format", "must be json, csv or html"),
    ] {
        let problem = statement(&shop, &customer, query).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"], json!([{"in": "query", "pointer": pointer, "detail": detail}]), "{query}");
    }
}

/// The rows of a statement as CSV: column names and values.
fn rows(answer: &Answer) -> Vec<std::collections::HashMap<String, String>> {
    assert!(answer.body.ends_with("\r\n"));
    let mut reader = csv::Reader::from_reader(answer.body.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[tokio::test]
async fn as_csv_every_row_says_what_it_is_and_every_amount_is_there_in_both_units() {
    let server = TestServer::start().await;
    let (shop, customer) = shop_in_berlin(&server, "EUR", ["Corner", "+Café, \"Central\""]).await;
    plant(&server, &shop, &customer, MONTH).await;
    let answer = statement(&shop, &customer, &format!("{MARCH}&format=csv")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"statement-2026-03-01-2026-03-31.csv\"")
    );

    let rows = rows(&answer);
    let shown: Vec<_> =
        rows.iter().map(|row| ["row", "kind", "amount", "balance", "open", "final"].map(|name| &*row[name])).collect();
    assert_eq!(
        shown,
        [
            ["opening_balance", "", "", "1200.00", "", ""],
            ["entry", "debit", "50.50", "1250.50", "", ""],
            ["entry", "payment", "-1000.00", "250.50", "", ""],
            ["entry", "fee", "0.07", "250.57", "", ""],
            ["closing_balance", "", "", "250.57", "", "true"],
            ["aging", "not_due", "", "", "50.57", ""],
            ["aging", "days_1_to_30", "", "", "200.00", ""],
            ["aging", "days_31_to_60", "", "", "0.00", ""],
            ["aging", "days_61_to_90", "", "", "0.00", ""],
            ["aging", "over_90_days", "", "", "0.00", ""],
            ["open_charge", "debit", "1200.00", "", "200.00", ""],
            ["open_charge", "debit", "50.50", "", "50.50", ""],
            ["open_charge", "fee", "0.07", "", "0.07", ""],
        ]
    );
    for row in &rows {
        assert_eq!(
            (&*row["customer_id"], &*row["customer_name"], &*row["currency"]),
            (&*customer, "'+Café, \"Central\"", "EUR")
        );
        for amount in ["amount", "balance", "open"] {
            assert_eq!(row[&format!("{amount}_minor")], minor(&row[amount]));
        }
    }
    // What begins like a formula is none.
    assert_eq!((&*rows[1]["reference"], &*rows[2]["reference"]), ("'=SUM(A1), \"x\"", "Überweisung, 4711"));
    assert_eq!(
        (&*rows[3]["reason"], &*rows[3]["due_on"], &*rows[1]["due_on"]),
        ("<b>late</b> & \"sorry\"", "2026-04-30", "2026-03-31")
    );
    assert_eq!(&*rows[2]["created_at"], "2026-03-14T09:26:53.589793Z");
}

/// The same amount in minor units.
fn minor(decimal: &str) -> String {
    let digits = decimal.replace('.', "");
    if digits.is_empty() { digits } else { digits.parse::<i128>().unwrap().to_string() }
}

#[tokio::test]
async fn amounts_have_as_many_decimals_as_the_currency() {
    let server = TestServer::start().await;
    for (currency, csv, html) in [("JPY", "25057", "25,057"), ("BHD", "25.057", "25.057"), ("CLF", "2.5057", "2.5057")]
    {
        let (shop, customer) = {
            let business = json!({"name": "Corner", "currency": currency, "time_zone": "Europe/Berlin"});
            if currency == "JPY" {
                by_hand::install(&server.database).await;
            }
            let shop = Shop::open_as(&server, &business).await;
            let customer = shop.customer(1_000_000).await;
            (shop, customer)
        };
        plant(&server, &shop, &customer, MONTH).await;
        let sheet = rows(&statement(&shop, &customer, &format!("{MARCH}&format=csv")).await);
        assert_eq!((&*sheet[4]["balance"], &*sheet[4]["balance_minor"]), (csv, "25057"));
        let page = statement(&shop, &customer, &format!("{MARCH}&format=html")).await.body;
        assert!(page.contains(&format!("<td class=\"amount\">{html}</td>")), "{page}");
    }
}

#[tokio::test]
async fn as_html_every_text_is_escaped_and_the_browser_may_run_and_load_nothing() {
    let server = TestServer::start().await;
    let names = ["</title><script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>&amp;"];
    let (shop, customer) = shop_in_berlin(&server, "EUR", names).await;
    plant(&server, &shop, &customer, MONTH).await;
    let answer = statement(&shop, &customer, &format!("{MARCH}&format=html")).await;
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    let page = &answer.body;
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    for text in
        ["<script", "<img", "<b>", "&amp;\"", "http:", "https:", "url(", "@import", "<a", "<link", "javascript:"]
    {
        assert!(!page.to_lowercase().contains(text), "{text} in {page}");
    }
    for text in [
        "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
        "&quot;'&gt;&lt;img src=x onerror=alert(1)&gt;&amp;amp;",
        "&lt;b&gt;late&lt;/b&gt; &amp; &quot;sorry&quot;",
    ] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert_eq!(page.matches("<style>").count(), 1);
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = STANDARD.encode(Sha256::digest(style));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    assert_eq!(answer.header("content-security-policy"), Some(&*policy));
    assert!(!page.contains("style=\""), "the policy forbids it");
    // Every element that must be closed is.
    for element in [
        "html", "head", "body", "table", "thead", "tbody", "tr", "td", "th", "div", "p", "span", "h1", "h2", "bdi",
        "strong", "colgroup",
    ] {
        let opened = page.matches(&format!("<{element}>")).count() + page.matches(&format!("<{element} ")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
    }
    assert!(page.contains("This statement is final") && !page.contains("Not final"));
    let open = statement(&shop, &customer, "from=2026-03-01&to=9998-12-31&format=html").await.body;
    assert!(open.contains("Not final") && !open.contains("This statement is final"));
}

/// So many charges of 1, one each second, of which `paid` are paid, and names that fill the lines.
fn many(charges: u32, paid: u32) -> String {
    format!(
        "ARRAY(SELECT jsonb_build_object('kind', 'debit', 'amount', 1, 'reference', repeat('x', 200), 'reason', repeat('y', 500),
            'created_at', timestamptz '2026-03-01 12:00:00+00' + n * interval '1 second')
            FROM generate_series(1, {charges}) AS n)
         || jsonb_build_object('kind', 'payment', 'amount', -{paid}, 'created_at', timestamptz '2026-03-20 12:00:00+00')"
    )
}

/// A part has 200 rows.
#[tokio::test]
async fn the_parts_of_a_statement_neither_repeat_nor_skip_a_line_in_any_form() {
    let server = TestServer::start().await;
    let (shop, customer) = shop_in_berlin(&server, "EUR", ["Corner Wholesale", "Café Central"]).await;
    plant(&server, &shop, &customer, &many(599, 50)).await;
    let json = statement(&shop, &customer, MARCH).await.expect(200);
    let numbers = |list: &str| {
        json[list].as_array().unwrap().iter().map(|line| line["entry_no"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("lines"), (1..=600).collect::<Vec<_>>());
    assert_eq!(numbers("open_charges"), (51..=599).collect::<Vec<_>>());

    let sheet = rows(&statement(&shop, &customer, &format!("{MARCH}&format=csv")).await);
    let of = |kind: &str| {
        sheet.iter().filter(|row| row["row"] == kind).map(|row| row["entry_no"].parse().unwrap()).collect::<Vec<u64>>()
    };
    assert_eq!((of("entry"), of("open_charge")), (numbers("lines"), numbers("open_charges")));

    let page = statement(&shop, &customer, &format!("{MARCH}&format=html")).await.body;
    // A head with two rows, and a row for the opening, closing and total each.
    assert_eq!(page.matches("<tr").count(), 600 + 549 + 2 * 2 + 3 + 4 + 2);
    assert_eq!(page.matches("<h2>Open charges</h2>").count(), 1);
}

/// Takes a little of each answer. The server resets a connection of which nothing is taken in 10 seconds.
async fn take_a_little(answers: &mut [(Response, Vec<u8>)]) {
    for (answer, text) in answers {
        let enough = text.len() + 128 * 1024;
        while text.len() < enough {
            text.extend_from_slice(&answer.chunk().await.unwrap().unwrap());
        }
    }
}

/// Its clients take a little of the answer now and then. There are two connections for reports.
#[tokio::test]
async fn statements_that_are_hardly_read_hold_up_neither_others_nor_sales_and_say_in_the_end_what_was_true_in_the_beginning()
 {
    let server = TestServer::start().await;
    let (shop, customer) = shop_in_berlin(&server, "EUR", ["Corner Wholesale", "Café Central"]).await;
    plant(&server, &shop, &customer, &many(3_000, 1)).await;
    let path = format!("/v1/customers/{customer}/statement?from=2026-03-01&to=9998-12-31");
    let mut slow = Vec::new();
    for _ in 0..4 {
        let answer = shop.client.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        slow.push((answer, Vec::new()));
        take_a_little(&mut slow).await;
    }
    let beans = shop.product(100, 10).await;
    take_a_little(&mut slow).await;
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    take_a_little(&mut slow).await;
    shop.pay(&customer, 1_000).await.expect(201);
    take_a_little(&mut slow).await;
    let held = "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND usename = 'tallystick_server' AND state LIKE 'idle in transaction%'";
    let other = shop.customer(1_000).await;
    shop.buy(&other, &[(&beans, 2)]).await.expect(201);
    take_a_little(&mut slow).await;
    let now = statement(&shop, &other, "from=2026-03-01&to=9998-12-31").await.expect(200);
    assert_eq!(now["closing_balance"], 200);
    let open: i32 = server.database.session().await.client().query_one(held, &[]).await.unwrap().get(0);
    assert_eq!(open, 0, "no session is in a transaction while a client reads");

    // One went away. The others read to the end, all at once.
    slow.pop();
    let reading = slow.into_iter().map(|(mut answer, mut text)| async move {
        while let Some(more) = answer.chunk().await.unwrap() {
            text.extend_from_slice(&more);
        }
        text
    });
    for text in join_all(reading).await {
        let statement: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!((&statement["closing_balance"], &statement["final"]), (&json!(2_999), &json!(false)));
        assert_eq!(statement["lines"].as_array().unwrap().len(), 3_001);
        let open: i64 = statement["open_charges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|charge| charge["open_amount"].as_i64().unwrap())
            .sum();
        assert_eq!(open, 2_999);
    }
    server.audit().await;
}

/// Replaces `statement_line_list` by what `body` returns, which may ask the function `lines`.
async fn replace_lines(server: &TestServer, body: &str) {
    let sql = format!(
        "ALTER FUNCTION tallystick.statement_line_list RENAME TO lines;
         CREATE FUNCTION tallystick.statement_line_list(
             p_business_id uuid, p_customer_id uuid, p_after bigint, p_last bigint, p_time_zone text, p_limit integer)
         RETURNS TABLE (
             entry_no bigint, id uuid, kind text, made_on date, created_at timestamptz, amount bigint, balance_after bigint,
             reverses_no bigint, due_at timestamptz, due_date date, due_on date, received_on date, reference text, reason text)
         LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
         GRANT EXECUTE ON FUNCTION tallystick.statement_line_list TO tallystick_app"
    );
    server.database.session().await.client().batch_execute(&sql).await.unwrap();
}

/// The text of an answer that ends before its end.
async fn cut_off(shop: &Shop, customer: &str) -> String {
    let path = format!("/v1/customers/{customer}/statement?{MARCH}");
    let mut answer = shop.client.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut text = Vec::new();
    while let Ok(chunk) = answer.chunk().await {
        let chunk = chunk.unwrap_or_else(|| panic!("it ended as if it were whole: {}", String::from_utf8_lossy(&text)));
        text.extend_from_slice(&chunk);
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn a_statement_that_fails_on_its_way_or_does_not_add_up_ends_before_its_end() {
    const ASK: &str = "RETURN QUERY SELECT * FROM tallystick.lines(p_business_id, p_customer_id, p_after, p_last, p_time_zone, p_limit)";
    for body in [
        format!("IF p_after > 0 THEN RAISE EXCEPTION 'broken'; END IF; {ASK};"),
        format!("{ASK} WHERE lines.entry_no <> 150;"),
        format!("{ASK} WHERE lines.entry_no <= 201;"),
    ] {
        let server = TestServer::start().await;
        let (shop, customer) = shop_in_berlin(&server, "EUR", ["Corner Wholesale", "Café Central"]).await;
        plant(&server, &shop, &customer, &many(300, 1)).await;
        replace_lines(&server, &body).await;
        let text = cut_off(&shop, &customer).await;
        assert!(!text.contains("open_charges"), "{body}");
    }
}

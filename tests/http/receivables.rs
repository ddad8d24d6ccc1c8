//! The month that `docs/receivables.md` tells, entry by entry, with the figures that the page says.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::{
    server::TestServer,
    shop::{Shop, id, purchase},
};

const PAGE: &str = include_str!("../../docs/receivables.md");

/// The rows of the page's table that begins with `head`, cell by cell.
fn table(head: &str) -> Vec<Vec<&'static str>> {
    let rows = PAGE.lines().skip_while(|line| !line.starts_with(head)).skip(2).take_while(|line| line.starts_with('|'));
    let rows: Vec<Vec<_>> = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect();
    assert!(!rows.is_empty(), "{head}");
    rows
}

/// An amount of the page in cents; 0 for a charge that is not there yet.
fn cents(cell: &str) -> i64 {
    if cell == "–" { 0 } else { cell.replace('.', "").parse().unwrap() }
}

struct Month {
    shop: Shop,
    customer: String,
    coffee: String,
    /// The first order, the second one, and the fee.
    charges: [String; 3],
    /// In the order of the ledger.
    entries: Vec<Value>,
    /// After entry 7, and after the last.
    statements: [Statement; 2],
}

/// A statement over all days, as JSON and as HTML.
struct Statement {
    json: Value,
    page: String,
}

impl Statement {
    async fn of(shop: &Shop, customer: &str) -> Self {
        let path = format!("/v1/customers/{customer}/statement?from=2020-01-01&to=9998-12-31");
        let json = shop.client.get(&path).await.expect(200);
        Self { json, page: shop.client.get(&format!("{path}&format=html")).await.body }
    }

    /// An amount of the page's summary, in cents.
    fn amount(&self, what: &str) -> i64 {
        let row = format!("<td>{what}</td><td class=\"amount\">");
        let amount = self.page.split(&row).nth(1).unwrap().split('<').next().unwrap();
        cents(&amount.replace('\u{2212}', "-").replace(',', ""))
    }
}

impl Month {
    async fn of(server: &TestServer) -> Self {
        let shop = server.shop().await;
        let customer = shop.customer(100_000).await;
        let (coffee, tea) = (shop.product(2_500, 100).await, shop.product(1_000, 100).await);
        let make = async |path: &str, body: Value| shop.client.move_once(path, &body).await.expect(201);
        let first = make("/v1/purchases", purchase(&customer, &[(&coffee, 12)])).await;
        let second = make("/v1/purchases", purchase(&customer, &[(&tea, 20)])).await;
        let pay = |amount: i64, more: Value| {
            let mut body = json!({"customer_id": customer, "amount": amount});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        make("/v1/payments", pay(20_000, json!({"allocations": [{"charge_id": second["id"], "amount": 20_000}]})))
            .await;
        let back =
            json!({"order_id": first["id"], "items": [{"line_no": 1, "quantity": 2}], "reason": "ordered too many"});
        make("/v1/returns", back).await;
        let cheque = json!({"received_on": "2026-03-16", "reference": "Cheque 118"});
        let cheque = make("/v1/payments", pay(15_000, cheque)).await;
        let path = format!("/v1/payments/{}/reversal", id(&cheque));
        make(&path, json!({"reason": "the cheque bounced"})).await;
        let adjustment = |kind: &str, amount: i64, reason: &str| pay(amount, json!({"type": kind, "reason": reason}));
        let fee = make("/v1/adjustments", adjustment("fee", 1_500, "cheque 118 bounced")).await;
        let on_20_march = Statement::of(&shop, &customer).await;
        make("/v1/payments", pay(25_100, json!({}))).await;
        let mut rest = adjustment("write_off", 1_400, "not worth a letter");
        rest["allocations"] = json!([{"charge_id": fee["id"], "amount": 1_400}]);
        make("/v1/adjustments", rest).await;
        make("/v1/payments", pay(25_100, json!({}))).await;
        make("/v1/refunds", pay(25_100, json!({"reason": "paid twice"}))).await;

        let ledger = shop.client.get(&format!("/v1/customers/{customer}/ledger")).await.expect(200);
        let entries = ledger["data"].as_array().unwrap().iter().rev().cloned().collect();
        let charges = [&first, &second, &fee].map(id);
        let statements = [on_20_march, Statement::of(&shop, &customer).await];
        Self { shop, customer, coffee, charges, entries, statements }
    }

    /// What is open of each charge by a list of open charges, in cents.
    fn open(&self, list: &Value) -> Vec<i64> {
        let list = list.as_array().unwrap();
        let open = |charge: &String| {
            let found = list.iter().find(|open| open["charge_id"] == **charge);
            found.map_or(0, |open| open["open_amount"].as_i64().unwrap())
        };
        self.charges.iter().map(open).collect()
    }

    /// What a route of the customer says as of an entry.
    async fn as_of(&self, entry_no: usize, route: &str) -> Value {
        let moment = self.entries[entry_no - 1]["created_at"].as_str().unwrap();
        self.shop.client.get(&format!("/v1/customers/{}/{route}?as_of={moment}", self.customer)).await.expect(200)
    }
}

fn buckets(aging: &Value) -> [i64; 5] {
    ["not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "over_90_days"]
        .map(|bucket| aging["buckets"][bucket].as_i64().unwrap())
}

#[tokio::test]
async fn the_month_that_the_bookkeepers_page_tells_has_the_figures_that_it_says() {
    let server = TestServer::start().await;
    let month = Month::of(&server).await;

    let rows = table("| entry | day |");
    assert_eq!(rows.len(), month.entries.len());
    for (row, entry) in rows.iter().zip(&month.entries) {
        let [entry_no, _, _, kind, amount, balance, open @ ..] = &row[..] else { panic!("{row:?}") };
        let figures = [entry_no.parse().unwrap(), cents(amount), cents(balance)];
        let got = ["entry_no", "amount", "balance_after"].map(|figure| entry[figure].as_i64().unwrap());
        assert_eq!((got, entry["kind"].as_str().unwrap()), (figures, kind.trim_matches('`')), "{row:?}");

        let charges = month.as_of(entry_no.parse().unwrap(), "open-charges").await;
        assert_eq!(month.open(&charges["data"]), open.iter().map(|cell| cents(cell)).collect::<Vec<_>>(), "{row:?}");
        let charges = charges["data"].as_array().unwrap();
        let sum: i64 = charges.iter().map(|open| open["open_amount"].as_i64().unwrap()).sum();
        assert_eq!(sum, cents(balance).max(0), "{row:?}");
    }

    for row in table("| as of |") {
        let entry_no = row[0].trim_start_matches("entry ").parse().unwrap();
        let aging = month.as_of(entry_no, "aging").await;
        let expected: Vec<_> = row[1..].iter().map(|cell| cents(cell)).collect();
        let balance = aging["balance"].as_i64().unwrap();
        let overdue = aging["overdue_amount"].as_i64().unwrap();
        assert_eq!([&[balance][..], &buckets(&aging), &[overdue]].concat(), expected, "{row:?}");
    }

    let rows = table("| statement |");
    assert_eq!(rows.len(), month.statements.len());
    for (row, statement) in rows.iter().zip(&month.statements) {
        let [_, opening, charges, credit, closing, entries, open @ ..] = &row[..] else { panic!("{row:?}") };
        let figures = [opening, charges, credit, closing].map(|cell| cents(cell));
        let titles = ["Opening balance", "Charges", "Payments and other credit", "Closing balance"];
        assert_eq!(titles.map(|title| statement.amount(title)), figures, "{row:?}");
        assert_eq!(figures[..3].iter().sum::<i64>(), figures[3], "{row:?}");
        let json = &statement.json;
        assert_eq!([&json["opening_balance"], &json["closing_balance"]], [figures[0], figures[3]], "{row:?}");
        let shown: Vec<_> = json["lines"].as_array().unwrap().iter().map(|line| line["id"].clone()).collect();
        let meant = month.entries.iter().take(entries.parse().unwrap()).map(|entry| entry["id"].clone());
        assert_eq!(shown, meant.collect::<Vec<_>>(), "{row:?}");
        assert_eq!(
            month.open(&json["open_charges"]),
            open.iter().map(|cell| cents(cell)).collect::<Vec<_>>(),
            "{row:?}"
        );
    }

    let path = format!("/v1/products/{}/stock-movements?include=sales", month.coffee);
    let changes = month.shop.client.get(&path).await.expect(200);
    let changes = changes["data"].as_array().unwrap();
    let got: Vec<_> = changes.iter().map(|change| (change["kind"].clone(), change["quantity"].clone())).collect();
    let told = table("| kind | quantity |");
    let told: Vec<_> =
        told.iter().map(|row| (json!(row[0].trim_matches('`')), json!(row[1].parse::<i64>().unwrap()))).collect();
    assert_eq!(got, told);
    assert_eq!(month.shop.stock(&month.coffee).await, 90);
    server.audit().await;
}

/// What the page says of entry 7, when somebody asks then.
#[tokio::test]
async fn debt_that_is_not_paid_moves_through_the_buckets() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, coffee) = (shop.customer(100_000).await, shop.product(2_500, 100).await);
    shop.buy(&customer, &[(&coffee, 10)]).await.expect(201);
    let fee = json!({"customer_id": customer, "amount": 1_500, "type": "fee", "reason": "cheque 118 bounced"});
    let fee = shop.client.move_once("/v1/adjustments", &fee).await.expect(201);
    let made: DateTime<Utc> = fee["created_at"].as_str().unwrap().parse().unwrap();
    for (days, expected) in [(0, [26_500, 0, 0, 0, 0]), (45, [0, 26_500, 0, 0, 0]), (95, [0, 0, 0, 26_500, 0])] {
        let moment = (made + TimeDelta::days(days)).format("%Y-%m-%dT%H:%M:%S%.6fZ");
        let aging = shop.client.get(&format!("/v1/customers/{customer}/aging?as_of={moment}")).await.expect(200);
        assert_eq!(buckets(&aging), expected, "{days}");
    }
    server.audit().await;
}

//! Every list, page by page, while rows are added.

use serde_json::{Value, json};

use crate::support::{client::Client, server::TestServer, shop::Shop};

/// A list and how to add to it.
#[derive(Clone, Copy, Debug)]
enum List {
    Customers,
    Products,
    Orders,
    OrdersOfOne,
    Ledger,
    Overdue,
    Aging,
    StockMovements,
    Stock,
    ApiKeys,
}

const LISTS: [List; 10] = [
    List::Customers,
    List::Products,
    List::Orders,
    List::OrdersOfOne,
    List::Ledger,
    List::Overdue,
    List::Aging,
    List::StockMovements,
    List::Stock,
    List::ApiKeys,
];

/// A shop with exactly the rows that the lists need.
struct Scene {
    shop: Shop,
    admin: Client,
    customer: String,
    beans: String,
}

impl Scene {
    async fn new(server: &TestServer) -> Self {
        let business = json!({"name": "Impatient", "currency": "EUR", "payment_terms": {"type": "age", "days": 0}});
        let shop = Shop::open_as(server, &business).await;
        let (customer, beans) = (shop.customer(1_000_000).await, shop.product(1, 1_000_000).await);
        Self { shop, admin: server.admin(), customer, beans }
    }

    /// Adds one row, which becomes the first of the list.
    async fn add(&self, list: List) {
        let Self { shop, admin, customer, beans } = self;
        match list {
            List::Customers => _ = shop.customer(1).await,
            List::Products => _ = shop.product(1, 1).await,
            List::Orders | List::OrdersOfOne | List::Stock => {
                _ = shop.buy(customer, &[(beans, 1)]).await.expect(201);
            }
            List::Ledger => _ = shop.pay(customer, 1).await.expect(201),
            List::Overdue | List::Aging => _ = shop.buy(&shop.customer(1).await, &[(beans, 1)]).await.expect(201),
            List::StockMovements => _ = shop.restock(beans, 1).await.expect(201),
            List::ApiKeys => {
                let path = format!("/v1/businesses/{}/api-keys", shop.business_id);
                admin.post(&path, &json!({"name": "A", "scopes": ["read"]})).await.expect(201);
            }
        }
    }

    fn client(&self, list: List) -> &Client {
        if matches!(list, List::ApiKeys) { &self.admin } else { &self.shop.client }
    }

    fn path(&self, list: List) -> String {
        match list {
            List::Customers => "/v1/customers?".to_owned(),
            List::Products => "/v1/products?".to_owned(),
            List::Orders => "/v1/orders?".to_owned(),
            List::OrdersOfOne => format!("/v1/orders?customer_id={}&", self.customer),
            List::Ledger => format!("/v1/customers/{}/ledger?", self.customer),
            List::Overdue => "/v1/overdue-customers?".to_owned(),
            List::Aging => "/v1/aging?".to_owned(),
            List::StockMovements => format!("/v1/products/{}/stock-movements?", self.beans),
            List::Stock => format!("/v1/products/{}/stock-movements?include=sales&", self.beans),
            List::ApiKeys => format!("/v1/businesses/{}/api-keys?", self.shop.business_id),
        }
    }

    async fn page(&self, list: List, query: &str) -> (Vec<Value>, Option<String>) {
        let page = self.client(list).get(&format!("{}{query}", self.path(list))).await.expect(200);
        let rows = page["data"].as_array().unwrap().clone();
        (rows, page["next_cursor"].as_str().map(str::to_owned))
    }
}

#[tokio::test]
async fn pages_neither_repeat_nor_skip_a_row_while_rows_are_added() {
    let server = TestServer::start().await;
    for list in LISTS {
        let scene = Scene::new(&server).await;
        for _ in 0..5 {
            scene.add(list).await;
        }
        let (whole, end) = scene.page(list, "limit=200").await;
        assert_eq!(end, None, "{list:?}");

        let (mut rows, mut next) = scene.page(list, "limit=2").await;
        while let Some(cursor) = next {
            scene.add(list).await;
            let (page, after) = scene.page(list, &format!("limit=2&cursor={cursor}")).await;
            assert!(page.len() == 2 || after.is_none(), "{list:?}: a short page that is not the last");
            rows.extend(page);
            next = after;
        }

        assert_eq!(keys(&rows), keys(&whole), "{list:?}");
        assert!(keys(&rows).is_sorted_by(|newer, older| newer > older), "{list:?} is not newest first");
    }
    server.audit().await;
}

/// What identifies the rows, in the order of creation.
fn keys(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["id"].as_str().or(row["customer_id"].as_str()).unwrap().to_owned()).collect()
}

#[tokio::test]
async fn there_is_no_next_page_after_one_that_is_exactly_full() {
    let server = TestServer::start().await;
    for list in LISTS {
        let scene = Scene::new(&server).await;
        let before = scene.page(list, "").await.0.len();
        for _ in before..3 {
            scene.add(list).await;
        }
        assert_eq!(scene.page(list, "limit=3").await.1, None, "{list:?}");
        let (rows, next) = scene.page(list, "limit=2").await;
        assert_eq!(rows.len(), 2, "{list:?}");
        let (rows, next) = scene.page(list, &format!("limit=2&cursor={}", next.unwrap())).await;
        assert_eq!((rows.len(), next), (1, None), "{list:?}");
    }
    server.audit().await;
}

#[tokio::test]
async fn a_page_has_fifty_rows_unless_told_and_at_most_two_hundred() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let session = server.database.session().await;
    let fill = "INSERT INTO tallystick.customers (business_id, id, name, credit_limit)
        SELECT $1, gen_random_uuid(), 'A', 0 FROM generate_series(1, 201)";
    session.client().execute(fill, &[&shop.business_id.uuid()]).await.unwrap();

    for (query, rows) in [("", 50), ("?limit=1", 1), ("?limit=200", 200)] {
        let page = shop.client.get(&format!("/v1/customers{query}")).await.expect(200);
        assert_eq!(page["data"].as_array().unwrap().len(), rows, "{query}");
        assert!(page["next_cursor"].is_string(), "{query}");
    }
}

#[tokio::test]
async fn an_invalid_limit_or_cursor_and_an_unknown_parameter_are_refused() {
    const NOT_A_CURSOR: &str = "must be a next_cursor of an earlier page of this list";
    let server = TestServer::start().await;
    let scene = Scene::new(&server).await;
    for list in LISTS {
        let path = scene.path(list);
        for (query, pointer, detail) in [
            ("limit=0", "/limit", "must be a whole number from 1 to 200"),
            ("limit=201", "/limit", "must be a whole number from 1 to 200"),
            ("limit=-1", "/limit", "must be a whole number from 1 to 200"),
            ("limit=1.5", "/limit", "must be a whole number from 1 to 200"),
            ("limit=", "/limit", "must be a whole number from 1 to 200"),
            ("limit=99999999999999999999", "/limit", "must be a whole number from 1 to 200"),
            ("limit=1&limit=2", "/limit", "must be given once"),
            ("cursor=", "/cursor", NOT_A_CURSOR),
            ("cursor=%00", "/cursor", NOT_A_CURSOR),
            ("cursor=!!!", "/cursor", NOT_A_CURSOR),
            ("cursor=AAAA", "/cursor", NOT_A_CURSOR),
            ("cursor=0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11", "/cursor", NOT_A_CURSOR),
            ("offset=1", "/offset", "is not known"),
            ("Limit=1", "/Limit", "is not known"),
        ] {
            let refused = scene.client(list).get(&format!("{path}{query}")).await;
            let problem = refused.expect_problem(422, "invalid_request");
            assert_eq!(
                problem["errors"],
                json!([{"in": "query", "pointer": pointer, "detail": detail}]),
                "{path}{query}"
            );
        }
    }
}

/// A cursor names a position and gives no right: it shows no row of another business.
#[tokio::test]
async fn another_businesss_cursor_shows_only_the_callers_own_rows() {
    let server = TestServer::start().await;
    let (own, other) = (Scene::new(&server).await, Scene::new(&server).await);
    for list in LISTS {
        for _ in 0..3 {
            own.add(list).await;
            other.add(list).await;
        }
        let whole = keys(&own.page(list, "limit=200").await.0);
        let foreign = other.page(list, "limit=1").await.1.unwrap();

        let (rows, _) = own.page(list, &format!("limit=200&cursor={foreign}")).await;

        assert!(keys(&rows).iter().all(|key| whole.contains(key)), "{list:?}");
    }
    server.audit().await;
}

#[tokio::test]
async fn a_filter_goes_with_a_cursor() {
    let server = TestServer::start().await;
    let scene = Scene::new(&server).await;
    let body = json!({"name": "A", "credit_limit": 0, "external_id": "C-1"});
    scene.shop.client.post("/v1/customers", &body).await.expect(201);
    scene.add(List::Customers).await;
    let cursor = scene.page(List::Customers, "limit=1").await.1.unwrap();

    let found = scene.page(List::Customers, &format!("external_id=C-1&limit=1&cursor={cursor}")).await;
    assert_eq!((found.0.len(), found.1), (1, None));
    let none = scene.page(List::Customers, &format!("external_id=C-2&cursor={cursor}")).await;
    assert_eq!(none, (Vec::new(), None));
}

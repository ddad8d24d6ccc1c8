//! The list of the overdue, over HTTP, against the view.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    by_hand,
    server::TestServer,
    shop::{Shop, id},
};

/// A business whose customers are overdue as soon as they owe something.
async fn strict_shop(server: &TestServer) -> Shop {
    let body = json!({"name": "strict", "currency": "EUR", "payment_terms": {"type": "age", "days": 0}});
    let business_id = id(&server.admin().post("/v1/businesses", &body).await.expect(201)).parse().unwrap();
    Shop { business_id, client: server.client_with_scopes(business_id, &["read", "write"]).await }
}

async fn page(shop: &Shop, limit: u32, cursor: Option<&str>) -> Value {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    shop.client.get(&format!("/v1/overdue-customers?limit={limit}{cursor}")).await.expect(200)
}

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|row| row["customer_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_list_is_the_view_newest_customer_first() {
    let server = TestServer::start().await;
    let shop = strict_shop(&server).await;
    let product = shop.product(100, 1_000).await;
    let mut owing = Vec::new();
    for number in 0..7 {
        let customer = shop.customer(10_000).await;
        shop.buy(&customer, &[(&product, number + 1)]).await.expect(201);
        // Every third one has paid.
        if number % 3 == 0 {
            shop.pay(&customer, 100 * (number + 1)).await.expect(201);
        } else {
            owing.push(customer);
        }
    }
    owing.reverse();
    let list = page(&shop, 200, None).await;
    assert_eq!(ids(&list), owing);
    assert_eq!(list["next_cursor"], Value::Null);

    let view = Actor::server(&server.database, &shop.business_id.to_string()).await;
    for row in list["data"].as_array().unwrap() {
        let customer = row["customer_id"].as_str().unwrap();
        let account = shop.client.get(&format!("/v1/customers/{customer}")).await.expect(200);
        assert_eq!(account["overdue"], true);
        assert_eq!((&account["balance"], &account["oldest_unpaid_at"]), (&row["balance"], &row["oldest_unpaid_at"]));
        let balance = format!("SELECT balance FROM tallystick.overdue_customers WHERE customer_id = '{customer}'");
        assert_eq!(view.value(&balance).await, row["balance"].to_string());
        assert_eq!(row["days"], 0);
        // All is due at once here.
        assert_eq!(row["overdue_amount"], row["balance"]);
    }
    assert_eq!(view.value("SELECT count(*) FROM tallystick.overdue_customers").await, owing.len().to_string());
    // In one transaction, so that `now()` is the same.
    let both = format!(
        "SELECT * FROM tallystick.overdue_customers ORDER BY customer_id DESC;
         SELECT * FROM tallystick.overdue_list('{}', NULL, 100)",
        shop.business_id
    );
    let rows = view.rows(&both).await;
    assert_eq!(rows[..owing.len()], rows[owing.len()..]);
    let two = format!("SELECT count(*) FROM tallystick.overdue_list('{}', NULL, 2)", shop.business_id);
    assert_eq!(view.value(&two).await, "2", "a page is no longer than asked for");
    server.audit().await;
}

#[tokio::test]
async fn pages_show_everybody_once_while_payments_come_in() {
    let server = TestServer::start().await;
    let shop = strict_shop(&server).await;
    let product = shop.product(100, 1_000).await;
    let mut customers = Vec::new();
    for _ in 0..6 {
        let customer = shop.customer(10_000).await;
        shop.buy(&customer, &[(&product, 1)]).await.expect(201);
        customers.push(customer);
    }
    customers.reverse();

    let first = page(&shop, 2, None).await;
    assert_eq!(ids(&first), customers[..2]);
    // One that was shown and one that was not pay all; a new one comes on top; one that was shown buys more.
    shop.pay(&customers[0], 100).await.expect(201);
    shop.pay(&customers[3], 100).await.expect(201);
    shop.buy(&customers[1], &[(&product, 3)]).await.expect(201);
    let newcomer = shop.customer(10_000).await;
    shop.buy(&newcomer, &[(&product, 1)]).await.expect(201);

    let second = page(&shop, 2, first["next_cursor"].as_str()).await;
    assert_eq!(ids(&second), [customers[2].clone(), customers[4].clone()]);
    let third = page(&shop, 2, second["next_cursor"].as_str()).await;
    assert_eq!(ids(&third), customers[5..]);
    assert_eq!(third["next_cursor"], Value::Null);
    let now: BTreeSet<_> = ids(&page(&shop, 200, None).await).into_iter().collect();
    let expected = [&newcomer, &customers[1], &customers[2], &customers[4], &customers[5]].map(Clone::clone);
    assert_eq!(now, BTreeSet::from(expected));
    server.audit().await;
}

/// Follows the pages to their end: the customers of each page.
async fn pages(shop: &Shop, limit: u32) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = None;
    loop {
        let page = page(shop, limit, cursor.as_deref()).await;
        pages.push(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { return pages };
        cursor = Some(next.to_owned());
    }
}

#[tokio::test]
async fn a_page_that_asked_5_000_customers_ends_short_and_the_pages_show_everybody_once_all_the_same() {
    let server = TestServer::start().await;
    let shop = strict_shop(&server).await;
    let product = shop.product(100, 1_000).await;
    let oldest = shop.customer(10_000).await;
    // Of the same millisecond, behind it in the order of the ids.
    let planting = format!(
        "INSERT INTO tallystick.customers (business_id, id, name, credit_limit)
         SELECT '{}', (left('{oldest}', 19) || 'bfff-' || lpad(n::text, 12, '0'))::uuid, 'owes nothing', 0
         FROM generate_series(1, 5000) AS n",
        shop.business_id
    );
    server.database.session().await.client().batch_execute(&planting).await.unwrap();
    let newest = shop.customer(10_000).await;
    for customer in [&oldest, &newest] {
        shop.buy(customer, &[(&product, 1)]).await.expect(201);
    }

    // Short of its limit, and then as long as its limit. A slow machine makes more pages: a page ends after a while, too.
    for limit in [2, 1] {
        let pages = pages(&shop, limit).await;
        assert!(pages.len() >= 2 && pages[0] == [newest.as_str()], "{limit}: {pages:?}");
        assert_eq!(pages.concat(), [newest.clone(), oldest.clone()]);
    }
    shop.pay(&newest, 100).await.expect(201);
    let pages = pages(&shop, 200).await;
    assert!(pages.len() >= 2 && pages[0].is_empty(), "{pages:?}");
    assert_eq!(pages.concat(), [oldest.as_str()]);

    // Whoever wants more has no more asked.
    let server_role = Actor::server(&server.database, &shop.business_id.to_string()).await;
    for limit in ["1", "5001", "60000", "NULL"] {
        let list = format!("SELECT name FROM tallystick.overdue_list('{}', NULL, {limit})", shop.business_id);
        assert_eq!(server_role.rows(&list).await, [[None]], "{limit}");
    }
    server.audit().await;
}

#[tokio::test]
async fn the_customers_that_a_short_page_asked_are_not_asked_again_and_nobody_is_left_out() {
    let server = TestServer::start().await;
    let shop = strict_shop(&server).await;
    let product = shop.product(100, 1_000).await;
    // One on each side of every place where a part of a page ends: the newest first, they are number 500, 501, 1000 and so on.
    let mut owing = Vec::new();
    for others in [498, 498, 499] {
        owing.extend([shop.customer(10_000).await, shop.customer(10_000).await]);
        let newest = owing.last().unwrap();
        let planting = format!(
            "INSERT INTO tallystick.customers (business_id, id, name, credit_limit)
             SELECT '{}', (left('{newest}', 19) || 'bfff-' || lpad(n::text, 12, '0'))::uuid, 'owes nothing', 0
             FROM generate_series(1, {others}) AS n",
            shop.business_id
        );
        server.database.session().await.client().batch_execute(&planting).await.unwrap();
    }
    for customer in &owing {
        shop.buy(customer, &[(&product, 1)]).await.expect(201);
    }
    owing.reverse();
    for limit in [1, 2, 5, 200] {
        assert_eq!(pages(&shop, limit).await.concat(), owing, "{limit}");
    }
    server.audit().await;
}

/// The page waits for a table until its time is over. Then it asks 500 customers, since each page must get on, and ends.
#[tokio::test]
async fn a_page_asks_nobody_more_when_its_time_is_over() {
    let server = TestServer::start().await;
    let shop = strict_shop(&server).await;
    let planting = format!(
        "INSERT INTO tallystick.customers (business_id, id, name, credit_limit)
         SELECT '{}', ('20000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'owes nothing', 0
         FROM generate_series(1, 1200) AS n",
        shop.business_id
    );
    let holder = server.database.session().await;
    holder.client().batch_execute(&planting).await.unwrap();
    let reader = Actor::server(&server.database, &shop.business_id.to_string()).await;
    // The aging of the business has pages of the same kind.
    for list in ["overdue_list('{}', NULL, 10)", "business_aging('{}', NULL, NULL, 10)"] {
        let page =
            format!("SELECT customer_id, name FROM tallystick.{list}").replace("{}", &shop.business_id.to_string());
        let lock = "BEGIN; LOCK TABLE tallystick.credit_ledger IN ACCESS EXCLUSIVE MODE";
        holder.client().batch_execute(lock).await.unwrap();
        let release = async {
            let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'tallystick.credit_ledger'::regclass)";
            while !holder.client().query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {}
            // Longer than a page may take.
            holder.client().batch_execute("SELECT pg_sleep(0.11); COMMIT").await.unwrap();
        };
        let (rows, ()) = tokio::join!(reader.rows(&page), release);

        assert_eq!(rows, [[Some("20000000-0000-7000-8000-000000000701".to_owned()), None]], "{list}");
    }
}

#[tokio::test]
async fn days_are_whole_days_of_24_hours_since_the_oldest_unpaid_charge() {
    let server = TestServer::start().await;
    let shop = strict_shop(&server).await;
    let customer = shop.customer(10_000).await;
    by_hand::install(&server.database).await;
    let superuser = Actor::superuser(&server.database).await;
    for (age, days) in [
        ("1 microsecond", "0"),
        ("23 hours 59 minutes 59.999999 seconds", "0"),
        ("24 hours", "1"),
        ("48 hours 1 microsecond", "2"),
        ("8760 hours", "365"),
    ] {
        let sql = format!(
            "SET LOCAL TIME ZONE 'America/New_York';
             DO $$ BEGIN PERFORM by_hand.entry('{0}', '{customer}', jsonb_build_object(
                 'kind', 'debit', 'amount', 1, 'created_at', now() - interval '{age}')); END $$;
             SELECT days FROM tallystick.overdue_customers WHERE customer_id = '{customer}';
             SELECT days FROM tallystick.overdue_list('{0}', NULL, 10)",
            shop.business_id
        );
        assert_eq!(superuser.rows(&sql).await, [[Some(days.to_owned())], [Some(days.to_owned())]], "{age}");
    }
    server.audit().await;
}

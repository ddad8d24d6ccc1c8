//! Purchases of many products in every order.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rand::seq::SliceRandom;

use super::crowd::{Crowd, Request, outcomes, product_row, tally};
use crate::support::{fresh_database::FreshDatabase, seed};

/// The deadlocks of a database, once everyone else has left and so has reported them.
async fn deadlocks(database: &FreshDatabase) -> i64 {
    const OTHERS: &str = "
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    const DEADLOCKS: &str = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let session = database.session().await;
    let began = Instant::now();
    while session.client().query_one(OTHERS, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        assert!(began.elapsed() < Duration::from_secs(30), "the servers' connections stay");
    }
    session.client().query_one(DEADLOCKS, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn purchases_of_the_same_products_in_reversed_orders_never_deadlock() {
    let crowd = Crowd::gather().await;
    let mut products = Vec::new();
    for _ in 0..8 {
        products.push(crowd.shop().product(10, 10_000).await);
    }
    let customers = join_all((0..64).map(|client| {
        let shop = crowd.shop_of(client);
        async move { shop.customer(100_000).await }
    }))
    .await;

    let mut rng = seed::new_random();
    for round in 0..4 {
        let purchases = customers.iter().enumerate().map(|(client, customer)| {
            let mut items: Vec<_> = products.iter().map(|product| (product.as_str(), 1)).collect();
            match (round, client % 2) {
                (0, 0) => {}
                (0, _) => items.reverse(),
                _ => items.shuffle(&mut rng),
            }
            Request::purchase(customer, &items)
        });
        // Held in the middle, so that whoever locks in another order has something by the time the gate opens.
        let answers = crowd.rush(&product_row(&products[4]), purchases.collect()).await;
        assert_eq!(tally(&answers), outcomes([("created", 64)]));
    }

    for product in &products {
        assert_eq!(crowd.shop().stock(product).await, 10_000 - 4 * 64);
    }
    let database = crowd.disperse().await;
    assert_eq!(deadlocks(&database).await, 0);
}

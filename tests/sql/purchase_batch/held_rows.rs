//! A batch passes over the purchases whose rows other transactions hold, and decides the rest.

use super::{CUSTOMERS, PRODUCTS, Place, buy, customer, outcomes, product, together};
use crate::support::{audit::audit, purchase_batch::HELD};

#[tokio::test]
async fn a_batch_that_does_not_wait_passes_over_a_customer_who_is_held_and_decides_the_rest() {
    let place = Place::new().await;
    let mut holder = place.database.session().await;
    let held = holder.client_mut().transaction().await.unwrap();
    let lock = format!("SELECT FROM tallystick.customers WHERE id = '{}' FOR NO KEY UPDATE", customer(1));
    held.batch_execute(&lock).await.unwrap();
    // A call that waited here would wait for ever.
    place.rows("SET lock_timeout = '10s'").await;

    let buys = [
        buy(1, &[(3, 1)], "held"),
        buy(0, &[(3, 1)], "free"),
        buy(1, &[(1, 1)], "held-too"),
        buy(CUSTOMERS, &[(1, 1)], "unknown"),
        buy(3, &[(1, 1)], "last"),
    ];
    let rows = place.rows(&together(&buys, "pass over customers")).await;
    assert_eq!(outcomes(&rows), ["customer_held", "created", "customer_held", "customer_not_found", "created"]);
    let only_held = [buys[0].clone(), buys[2].clone()];
    let before = place.versions().await;
    assert_eq!(
        outcomes(&place.rows(&together(&only_held, "pass over customers")).await),
        ["customer_held", "customer_held"]
    );
    assert_eq!(place.versions().await, before);

    held.rollback().await.unwrap();
    assert_eq!(outcomes(&place.rows(&together(&only_held, "pass over customers")).await), ["created", "created"]);
    audit(&place.database).await;
}

#[tokio::test]
async fn a_batch_that_waits_for_nothing_passes_over_a_product_that_is_held_and_decides_the_rest() {
    let place = Place::new().await;
    let mut holder = place.database.session().await;
    let held = holder.client_mut().transaction().await.unwrap();
    let lock = format!("SELECT FROM tallystick.products WHERE id = '{}' FOR NO KEY UPDATE", product(1));
    held.batch_execute(&lock).await.unwrap();
    // A call that waited here would wait for ever.
    place.rows("SET lock_timeout = '10s'").await;

    let buys = [
        buy(0, &[(0, 1), (1, 1)], "held"),
        buy(0, &[(2, 1)], "free"),
        buy(3, &[(1, 1), (PRODUCTS, 1)], "held-too"),
        buy(4, &[(1, 1)], "blocked"),
        buy(3, &[(PRODUCTS, 1)], "unknown"),
        buy(3, &[(0, 1)], "last"),
    ];
    let sql = together(&buys, "pass over all");
    let rows = place.rows(&sql).await;
    assert_eq!(
        outcomes(&rows),
        ["product_held", "created", "product_held", "customer_blocked", "product_not_found", "created"]
    );
    held.rollback().await.unwrap();
    let rows = place.rows(&sql).await;
    assert_eq!(
        outcomes(&rows),
        ["created", "replayed", "product_not_found", "customer_blocked", "product_not_found", "replayed"]
    );
    audit(&place.database).await;
}

/// No row is locked for an unknown customer or product, and that must not be taken for a held one.
#[tokio::test]
async fn who_and_what_does_not_exist_is_unknown_and_not_held() {
    let place = Place::new().await;
    for held in HELD {
        for (asked, outcome) in [
            (buy(CUSTOMERS, &[(1, 1)], "nobody"), "customer_not_found"),
            (buy(0, &[(PRODUCTS, 1)], "nothing"), "product_not_found"),
        ] {
            assert_eq!(outcomes(&place.rows(&together(&[asked], held)).await), [outcome], "p_held {held}");
        }
    }
    audit(&place.database).await;
}

//! `new_id`: UUIDs of version 7 for callers that bring no id of their own.

use uuid::Uuid;

use crate::support::{actor::Actor, fresh_database::FreshDatabase};

#[tokio::test]
async fn new_ids_are_of_version_7_unique_and_in_order() {
    let database = FreshDatabase::installed().await;
    let superuser = Actor::superuser(&database).await;
    let before = chrono::Utc::now();
    let rows = superuser.rows("SELECT tallystick.new_id() FROM generate_series(1, 20000)").await;
    let after = chrono::Utc::now();
    let ids: Vec<Uuid> = rows.iter().map(|row| row[0].as_deref().unwrap().parse().unwrap()).collect();
    assert_eq!(ids.len(), 20_000);
    for id in &ids {
        assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122), "{id}");
        let (seconds, nanoseconds) = id.get_timestamp().unwrap().to_unix();
        let milliseconds = seconds * 1_000 + u64::from(nanoseconds) / 1_000_000;
        let range = before.timestamp_millis()..=after.timestamp_millis();
        assert!(range.contains(&i64::try_from(milliseconds).unwrap()), "{id} is not of now");
    }
    let mut distinct = ids.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), ids.len(), "an id came twice");
    // What the clock can tell apart is in order: the first 60 bits, version aside, count quarters of a microsecond.
    let place = |id: &Uuid| id.as_u128() >> 64;
    assert!(ids.windows(2).all(|pair| place(&pair[0]) <= place(&pair[1])), "an id stands before an earlier one");
    assert!(ids.windows(2).any(|pair| place(&pair[0]) < place(&pair[1])));
}

/// The ids that the server makes and the ones that the database makes stand in one order.
#[tokio::test]
async fn new_ids_sort_among_the_servers_own() {
    let database = FreshDatabase::installed().await;
    let superuser = Actor::superuser(&database).await;
    let mut last_millisecond = 0;
    for _ in 0..50 {
        let earlier = Uuid::now_v7();
        let made: Uuid = superuser.value("SELECT tallystick.new_id()").await.parse().unwrap();
        let later = Uuid::now_v7();
        let millisecond = |id: &Uuid| id.as_u128() >> 80;
        assert!(millisecond(&earlier) <= millisecond(&made) && millisecond(&made) <= millisecond(&later));
        assert!(last_millisecond <= millisecond(&made));
        last_millisecond = millisecond(&made);
    }
}

//! The tenant context from the claims of a signed-in Supabase user, with a parallel plan too.

use crate::support::fresh_database::FreshDatabase;

/// Settings under which PostgreSQL plans in parallel, as it does by itself for tables of some megabytes.
const PARALLEL_PLANS: &str = "
    SET parallel_setup_cost = 0;
    SET parallel_tuple_cost = 0;
    SET min_parallel_table_scan_size = 0;
    SET max_parallel_workers_per_gather = 2;
";

#[tokio::test]
async fn a_signed_in_user_reads_tables_that_are_large_enough_for_a_parallel_plan() {
    let database = FreshDatabase::installed().await;
    let session = database.session().await;
    let client = session.client();
    client
        .batch_execute(
            "INSERT INTO tallystick.businesses (business_id, name, currency)
             SELECT md5(n::text)::uuid, 'Shop', 'EUR' FROM generate_series(1, 2) AS n;
             INSERT INTO tallystick.customers (business_id, id, name, credit_limit)
             SELECT business_id, gen_random_uuid(), 'Customer', 0
             FROM tallystick.businesses, generate_series(1, 500);
             ANALYZE tallystick.customers",
        )
        .await
        .unwrap();
    client.batch_execute(PARALLEL_PLANS).await.unwrap();
    client.batch_execute("SET ROLE authenticated").await.unwrap();
    for (claims, expected) in [
        ("json_build_object('business_id', md5('1')::uuid)::text", 500_i64),
        ("json_build_object('app_metadata', json_build_object('business_id', md5('2')::uuid))::text", 500),
        ("''", 0),
        ("'{'", 0),
    ] {
        let set = format!("SELECT set_config('request.jwt.claims', {claims}, false)");
        client.batch_execute(&set).await.unwrap();
        let seen = client.query_one("SELECT count(*) FROM tallystick.customers", &[]).await.unwrap();
        assert_eq!(seen.get::<_, i64>(0), expected, "{claims}");
    }
}

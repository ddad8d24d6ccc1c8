//! What an order line costs: half up to whole minor units, exact however large the figures are.

use rand::RngExt;

use crate::support::{
    actor::Actor,
    audit::audit,
    fresh_database::SERVER_ROLE,
    seed,
    two_businesses::{OURS, fill, two_businesses},
};

const MAX: i64 = 9_007_199_254_740_991;

/// Half up to whole minor units, less the discount, with the tax.
fn line_total(quantity: i64, price: i64, decimals: u32, discount: i64, tax: i64) -> i128 {
    let parts = 10_i128.pow(decimals);
    (2 * i128::from(quantity) * i128::from(price) + parts).div_euclid(2 * parts) - i128::from(discount)
        + i128::from(tax)
}

#[tokio::test]
async fn a_line_costs_its_quantity_at_its_price_rounded_half_up_less_the_discount_with_the_tax() {
    let mut rng = seed::new_random();
    let (mut lines, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..3_000 {
        let largest = [1_i64, 12, 1_005, 2_147_483_647][rng.random_range(0..4)];
        let quantity = if rng.random_ratio(1, 5) { largest } else { rng.random_range(1..=largest) };
        let largest = [0, 1, 7, 1_999, MAX][rng.random_range(0..5)];
        let price = if rng.random_ratio(1, 5) { largest } else { rng.random_range(0..=largest) };
        let decimals = rng.random_range(0..4);
        let [discount, tax] = [0, 0].map(|_: i32| [0, 1, MAX][rng.random_range(0..3)]);
        lines.push(format!("({}, {quantity}, {price}, {decimals}, {discount}, {tax})", lines.len()));
        let gross = line_total(quantity, price, decimals, 0, 0);
        let too_large = if i128::from(discount) > gross { "{1}" } else { "NULL" };
        expected.push(format!("{} {too_large}", line_total(quantity, price, decimals, discount, tax)));
    }
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    // The shelf's price is another, so that the line's own counts.
    let sql = format!(
        "SELECT concat_ws(' ', priced.total, coalesce(priced.discounts_too_large::text, 'NULL'))
         FROM (VALUES {}) AS line (no, quantity, price, decimals, discount, tax),
              tallystick.batch_price_lines(
                  ROW('{{f}}', '{{3}}', '{{NULL}}', '{{1}}', ARRAY[line.decimals])::tallystick.batch_shelf, '{{1}}',
                  ARRAY[line.quantity], jsonb_build_array(jsonb_build_object(
                      'unit_price', line.price, 'discount', line.discount, 'tax', line.tax))) AS priced
         ORDER BY line.no",
        lines.join(",")
    );
    let priced = owner.rows(&sql).await.concat();
    assert_eq!(priced.len(), lines.len());
    for ((line, priced), expected) in lines.iter().zip(priced).zip(&expected) {
        assert_eq!(priced.as_ref(), Some(expected), "{line}");
    }
}

/// The function that prices a purchase, the table's own rule and the digest of the lines agree, or nothing would be written.
#[tokio::test]
async fn halves_and_the_largest_figures_are_charged_to_the_unit() {
    let database = two_businesses().await;
    let session = database.session_as(SERVER_ROLE).await;
    session.client().batch_execute(&format!("SET app.business_id = '{}'", OURS.id("business"))).await.unwrap();
    // Each statement commits.
    let told = async |sql: String| -> String {
        session.client().query_one(&fill(&sql), &[]).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}")).get(0)
    };
    let limit = format!(
        "SELECT outcome FROM tallystick.customer_update({{business}}, {{newcomer}}, NULL, {MAX}, NULL, false, NULL)"
    );
    assert_eq!(told(limit).await, "updated");
    for decimals in 0..4 {
        let product = format!("'00000000-0000-7000-8000-00000000000{decimals}'::uuid");
        let create = format!(
            "SELECT outcome FROM tallystick.product_create({{business}}, {product}, 'parts {decimals}', 'x', 1, 0,
                 p_quantity_decimals => {decimals}, p_track_stock => false)"
        );
        assert_eq!(told(create).await, "created");
        let half = 10_i64.pow(decimals) / 2;
        let most = i64::from(i32::MAX);
        for (number, (quantity, price, discount, tax)) in [
            (half.max(1), 1, 0, 0),
            ((half - 1).max(1), 1, 0, 0),
            (half + 1, 1, 0, 1),
            (15, 3, 0, 7),
            (most, 1_000_001, 3, 5),
            // The price of the quantity is far more than 2^63.
            (most, MAX, MAX, 0),
            (1, MAX, 0, 0),
        ]
        .into_iter()
        .enumerate()
        {
            let total = line_total(quantity, price, decimals, discount, tax);
            let outcome = told(format!(
                "SELECT concat_ws(' ', outcome, total, line_totals, quantity_decimals, unit_prices) FROM tallystick.purchase(
                     {{business}}, {{newcomer}}, ARRAY[{product}], '{{{quantity}}}', '{decimals}-{number}',
                     p_options => jsonb_build_object('lines', jsonb_build_array(jsonb_build_object(
                         'unit_price', {price}, 'discount', {discount}, 'tax', {tax}))))"
            ))
            .await;
            if total > MAX.into() {
                assert_eq!(outcome, "total_too_large");
                continue;
            }
            assert_eq!(outcome, format!("created {total} {{{total}}} {{{decimals}}} {{{price}}}"));
            let pay = format!(
                "SELECT outcome FROM tallystick.payment_record({{business}}, {{newcomer}}, {total}, 'pay-{decimals}-{number}')"
            );
            assert!(total == 0 || told(pay).await == "created");
        }
    }
    audit(&database).await;
}

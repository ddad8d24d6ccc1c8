//! Two businesses with some records of every kind. They differ in ids and names only.
//!
//! `aaaaaaaa-…` is ours and `bbbbbbbb-…` theirs, and every text of theirs contains "theirs". So a leak is easy to see.

use super::{
    actor::{context, quoted},
    fresh_database::{FreshDatabase, SERVER_ROLE},
};

/// A part of every text that belongs to the other business.
pub const THEIR_MARK: &str = "theirs";
/// A part of every id that belongs to the other business.
pub const THEIR_IDS: &str = "bbbbbbbb-";
/// Names that both use: external id, sku, and the beginning of the idempotency keys.
pub const SAME: &str = "same";

/// The payment terms of both.
pub const DUE_AT_ONCE: &str = r#"{"type": "age", "days": 0}"#;

/// One business's ids.
#[derive(Clone, Copy)]
pub struct Tenant {
    letter: char,
    mark: &'static str,
}

/// Our business.
pub const OURS: Tenant = Tenant { letter: 'a', mark: "ours" };
/// Another one.
pub const THEIRS: Tenant = Tenant { letter: 'b', mark: THEIR_MARK };
/// No business at all.
pub const NOBODY: Tenant = Tenant { letter: 'c', mark: "nobody's" };

/// The names that [`fill`] knows, each with its number.
const THINGS: [(&str, u32); 11] = [
    ("business", 1),
    // Owes 70 of a limit of 1000: bought for 100 (entry 1), then paid 30 (entry 2).
    ("customer", 2),
    // Has bought nothing yet.
    ("newcomer", 3),
    // Costs 100. Its stock was opened with 20, 1 was sold, 5 were added.
    ("product", 4),
    ("order", 5),
    ("payment", 6),
    ("movement", 7),
    ("api_key", 8),
    // Paid a debit of 40 by a payment that names it. Then bought one product, and returned it.
    ("payer", 9),
    ("returned_order", 10),
    ("return", 11),
];

impl Tenant {
    /// The id of a thing of this business, from the same list as [`fill`]'s.
    pub fn id(self, thing: &str) -> String {
        let number = THINGS.iter().find(|(name, _)| *name == thing).unwrap_or_else(|| panic!("no {thing}")).1;
        format!("{}-0000-7000-8000-{number:012}", self.letter.to_string().repeat(8))
    }

    /// The public part of the API key.
    pub fn key_prefix(self) -> String {
        self.letter.to_string().repeat(12)
    }

    fn planting(self) -> String {
        let mark = self.mark;
        [
            format!("business_create({{business}}, '{mark}', 'EUR', '{DUE_AT_ONCE}')"),
            format!("customer_create({{business}}, {{customer}}, '{mark}', '{SAME}', 1000, false)"),
            format!("customer_create({{business}}, {{newcomer}}, '{mark} too', NULL, 1000, false)"),
            format!("product_create({{business}}, {{product}}, '{SAME}', '{mark}', 100, 20)"),
            format!("purchase({{business}}, {{customer}}, ARRAY[{{product}}], '{{1}}', '{SAME}-purchase', {{order}})"),
            format!("payment_record({{business}}, {{customer}}, 30, '{SAME}-payment', {{payment}})"),
            format!("stock_movement_record({{business}}, {{product}}, 5, '{mark}', '{SAME}-movement', {{movement}})"),
            format!(
                "api_key_create({{business}}, {{api_key}}, '{mark}', '{}', sha256('{mark}'), '{{read,write}}', NULL)",
                self.key_prefix()
            ),
        ]
        .map(|call| {
            let context = context(&self.id("business"));
            format!("BEGIN; {context} SELECT * FROM tallystick.{}; COMMIT;", self.fill(&call))
        })
        .concat()
    }

    /// The business's own creation again, now under a key of the platform. The business is there already, so it is the answer.
    fn keyed(self) -> String {
        let call =
            format!("business_create({{business}}, '{0}', 'EUR', '{DUE_AT_ONCE}', 'UTC', '{SAME}-{0}')", self.mark);
        format!("BEGIN; {} SELECT FROM tallystick.{}; COMMIT;", context(&self.id("business")), self.fill(&call))
    }

    /// An allocation and a return.
    fn allocation(self) -> String {
        let context = context(&self.id("business"));
        let entry = |number: u32, properties: &str, allocated: &str| {
            // The same in every database, because tests compare two of them.
            let id = format!("{}-0000-4000-8000-{number:012}", self.letter.to_string().repeat(8));
            format!(
                "SELECT tallystick.ledger_record(
                     tallystick.ledger_account_of({{business}}, {{payer}}),
                     jsonb_populate_record(NULL::tallystick.credit_ledger, jsonb_build_object(
                         'business_id', {{business}}, 'id', '{id}', 'created_at', clock_timestamp(),
                         'request_fingerprint', sha256(''), 'actor', 'key:planted', {properties})) {allocated});"
            )
        };
        let debit = "'kind', 'debit', 'amount', 40, 'due_at', now(), 'credit_limit', 1000,
            'authorized_limit', 2000, 'idempotency_key', 'debit'";
        let payment = "'kind', 'payment', 'amount', -40, 'idempotency_key', 'named'";
        let sql = [
            format!("SELECT tallystick.customer_create({{business}}, {{payer}}, '{}', NULL, 1000, false);", self.mark),
            entry(1, debit, ""),
            entry(2, payment, ", '{1}', '{40}'"),
            "SELECT tallystick.purchase({business}, {payer}, ARRAY[{product}], '{1}', 'returned', {returned_order});".to_owned(),
            format!(
                "SELECT tallystick.return_record(
                     {{business}}, {{returned_order}}, '{{1}}', '{{1}}', '{{NULL}}', '{}', '{SAME}-return', {{return}});",
                self.mark
            ),
        ];
        format!("BEGIN; {context} {} COMMIT;", self.fill(&sql.concat()))
    }

    fn fill(self, sql: &str) -> String {
        self.fill_as(sql, "")
    }

    fn fill_as(self, sql: &str, prefix: &str) -> String {
        THINGS.iter().fold(sql.to_owned(), |sql, (thing, _)| {
            sql.replace(&format!("{{{prefix}{thing}}}"), &format!("{}::uuid", quoted(&self.id(thing))))
        })
    }
}

/// SQL with ids for names: `{customer}` is ours, `{their_customer}` theirs, `{no_customer}` does not exist.
pub fn fill(sql: &str) -> String {
    NOBODY.fill_as(&THEIRS.fill_as(&OURS.fill(sql), "their_"), "no_")
}

/// A database with both. Each has a row in every table.
pub async fn two_businesses() -> FreshDatabase {
    let database = FreshDatabase::installed().await;
    plant(&database).await;
    let planter = database.session_as(SERVER_ROLE).await;
    for tenant in [OURS, THEIRS] {
        planter.client().batch_execute(&tenant.keyed()).await.unwrap();
        database.session().await.client().batch_execute(&tenant.allocation()).await.unwrap();
    }
    database
}

/// Plants both in a database that has none, which may be at an earlier migration.
pub async fn plant(database: &FreshDatabase) {
    let planter = database.session_as(SERVER_ROLE).await;
    for tenant in [OURS, THEIRS] {
        planter.client().batch_execute(&tenant.planting()).await.unwrap();
    }
}

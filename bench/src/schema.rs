//! Which schema a build has installed. `--compare` measures older builds, too, and their ledger was narrower.

use tallystick::db::connection::DedicatedConnection;

/// What differs between the schemas, as SQL: see `sql/this_schema` and `sql/older_schema`.
#[derive(Debug)]
pub struct Schema {
    /// Opens the stock of new products.
    pub opening: &'static str,
    /// Writes the rows of `sql/moves.sql` to the ledger.
    pub ledger: &'static str,
}

const THIS: Schema = Schema {
    opening: include_str!("../sql/this_schema/opening.sql"),
    ledger: include_str!("../sql/this_schema/ledger.sql"),
};

const OLDER: Schema = Schema {
    opening: include_str!("../sql/older_schema/opening.sql"),
    ledger: include_str!("../sql/older_schema/ledger.sql"),
};

impl Schema {
    /// The one of a database: an older ledger has no hashes.
    pub async fn of(session: &DedicatedConnection) -> anyhow::Result<&'static Self> {
        let query = "SELECT FROM pg_attribute
            WHERE attrelid = 'tallystick.credit_ledger'::regclass AND attname = 'entry_hash'";
        let found = session.client().query(query, &[]).await?;
        Ok(if found.is_empty() { &OLDER } else { &THIS })
    }
}

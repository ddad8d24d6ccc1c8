//! Reading what proves the ledger.

use tokio_postgres::Row;

use super::{
    call::{Call, rows::FromRow, tenant_call},
    database::Database,
};
use crate::{
    domain::{BusinessId, CustomerId, LedgerHead, Proof},
    error::Result,
};

const PROOF_LIST: &str = tenant_call!("proof_list(context::uuid, $2, $3)");

/// How many customers one call asks, at most. The function takes no larger number.
const CUSTOMERS_ASKED: i32 = 1_000;

/// The heads of some customers' ledgers, in the order of the customers' ids.
pub struct Heads {
    /// One for each of these customers who has an entry.
    pub heads: Vec<LedgerHead>,
    /// The customer after whom the next part begins; `None` if this was the last part.
    pub next_after: Option<CustomerId>,
}

impl Database {
    /// The heads of a business's next customers, after one of them or from the first.
    pub async fn proof_list(&self, business_id: BusinessId, after: Option<CustomerId>) -> Result<Heads> {
        let call = Call::heavy("proof_list", PROOF_LIST, business_id).with(after).with(CUSTOMERS_ASKED);
        let asked: Vec<Asked> = self.run(call).await?.all()?;
        let is_full = usize::try_from(CUSTOMERS_ASKED).is_ok_and(|full| asked.len() >= full);
        let next_after = asked.last().filter(|_| is_full).map(|last| last.customer_id);
        let heads = asked.into_iter().filter_map(|Asked { customer_id, proof }| {
            proof.map(|Proof { entry_no, hash }| LedgerHead { business_id, customer_id, entry_no, hash })
        });
        Ok(Heads { heads: heads.collect(), next_after })
    }
}

/// A customer, and the proof of the last entry if there is one.
struct Asked {
    customer_id: CustomerId,
    proof: Option<Proof>,
}

impl FromRow for Asked {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let has_entries = row.try_get::<_, Option<i64>>("entry_no")?.is_some();
        let proof = if has_entries { Some(Proof::from_row(row)?) } else { None };
        Ok(Self { customer_id: row.try_get("customer_id")?, proof })
    }
}

impl FromRow for Proof {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self { entry_no: row.try_get("entry_no")?, hash: row.try_get("entry_hash")? })
    }
}

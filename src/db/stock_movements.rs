//! Restocks and corrections.

use super::{
    Database, Recorded,
    call::{Call, tenant_call},
};
use crate::{
    domain::{
        BusinessId, IdempotencyKey, MAX_SAFE_INTEGER, NewStockMovement, ProductId, StockMovement, StockMovementId,
    },
    error::{Entity, Error, Result, Shortage},
};

const STOCK_MOVEMENT_RECORD: &str = tenant_call!("stock_movement_record(context::uuid, $2, $3, $4, $5, $6)");

impl Database {
    /// Records a movement, once per idempotency key.
    pub async fn stock_movement_record(
        &self,
        business_id: BusinessId,
        product_id: ProductId,
        idempotency_key: IdempotencyKey,
        new: NewStockMovement,
    ) -> Result<Recorded<StockMovement>> {
        let own_id = StockMovementId::new();
        let call = Call::tenant("stock_movement_record", STOCK_MOVEMENT_RECORD, business_id)
            .with(product_id)
            .with(new.quantity)
            .with(new.reason.clone())
            .with(idempotency_key)
            .with(own_id);
        let row = self.run(call).await?.one()?;
        match row.try_get("outcome").map_err(Error::internal)? {
            "created" | "replayed" => {
                let id = row.try_get("id").map_err(Error::internal)?;
                let record = StockMovement {
                    id,
                    product_id,
                    quantity: new.quantity,
                    reason: new.reason.into(),
                    stock_after: row.try_get("stock_after").map_err(Error::internal)?,
                    created_at: row.try_get("created_at").map_err(Error::internal)?,
                };
                Ok(Recorded { record, replayed: id != own_id })
            }
            "key_reused" => Err(Error::IdempotencyKeyReused),
            "product_not_found" => Err(Error::NotFound(Entity::Product)),
            "insufficient_stock" => Err(Error::InsufficientStock(vec![Shortage {
                product_id,
                requested: -new.quantity.get(),
                available: row.try_get("available").map_err(Error::internal)?,
            }])),
            "stock_too_large" => {
                Err(Error::invalid_body("/quantity", format!("would take the stock above {MAX_SAFE_INTEGER}")))
            }
            other => Err(super::unknown_outcome(other)),
        }
    }
}

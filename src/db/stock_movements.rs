//! Restocks and corrections.

use super::{
    call::{Call, tenant_call, unknown_outcome},
    database::Database,
    movement::Movement,
};
use crate::{
    domain::{BusinessId, IdempotencyKey, ProductId, Reason, StockChange, StockMovement, StockMovementId},
    error::{Entity, Error, Result, Shortage},
};

const STOCK_MOVEMENT_RECORD: &str = tenant_call!("stock_movement_record(context::uuid, $2, $3, $4, $5, $6)");

/// A stock movement to be.
#[derive(Debug, Clone)]
pub struct NewStockMovement {
    /// The product.
    pub product_id: ProductId,
    /// What comes in (positive) or goes out (negative).
    pub quantity: StockChange,
    /// Why.
    pub reason: Reason,
    /// The request's name for it.
    pub idempotency_key: IdempotencyKey,
}

impl Database {
    /// Records a movement, once per idempotency key.
    pub async fn stock_movement_record(
        &self,
        business_id: BusinessId,
        new: NewStockMovement,
    ) -> Result<Movement<StockMovement>> {
        let own_id = StockMovementId::new();
        let call = Call::tenant("stock_movement_record", STOCK_MOVEMENT_RECORD, business_id)
            .with(new.product_id)
            .with(new.quantity)
            .with(new.reason.clone())
            .with(new.idempotency_key)
            .with(own_id);
        let answer = self.run(call).await?;
        match answer.outcome()? {
            "created" | "replayed" => {
                let record = StockMovement {
                    id: answer.value("id")?,
                    product_id: new.product_id,
                    quantity: new.quantity,
                    reason: new.reason.into(),
                    stock_after: answer.value("stock_after")?,
                    created_at: answer.value("created_at")?,
                };
                Ok(Movement { replayed: record.id != own_id, record })
            }
            "key_reused" => Err(Error::IdempotencyKeyReused),
            "product_not_found" => Err(Error::NotFound(Entity::Product)),
            "insufficient_stock" => Err(Error::InsufficientStock(vec![Shortage {
                product_id: new.product_id,
                requested: -new.quantity.get(),
                available: answer.value("available")?,
            }])),
            "stock_too_large" => Err(Error::invalid_body("/quantity", "would take the stock above 9007199254740991")),
            other => Err(unknown_outcome(other)),
        }
    }
}

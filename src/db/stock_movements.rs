//! Restocks and corrections.

use super::{
    call::{Call, held::HeldRows, tenant_call, unknown_outcome},
    database::Database,
    movement::Movement,
};
use crate::{
    domain::{
        Actor, BusinessId, IdempotencyKey, MAX_SAFE_INTEGER, NewStockMovement, ProductId, StockMovement,
        StockMovementId,
    },
    error::{Entity, Error, Result, Shortage},
};

const STOCK_MOVEMENT_RECORD: &str = tenant_call!("stock_movement_record(context::uuid, $2, $3, $4, $5, $6, $7, $8)");

impl Database {
    /// Records a movement, once per idempotency key.
    pub async fn stock_movement_record(
        &self,
        business_id: BusinessId,
        product_id: ProductId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        new: NewStockMovement,
    ) -> Result<Movement<StockMovement>> {
        let own_id = StockMovementId::new();
        let call = Call::quick("stock_movement_record", STOCK_MOVEMENT_RECORD, business_id)
            .with(product_id)
            .with(new.quantity)
            .with(new.reason.clone())
            .with(idempotency_key)
            .with(own_id)
            .with_held(HeldRows::PassOverAll)
            .with(actor);
        let answer = self.run(call).await?;
        match answer.outcome()? {
            "created" | "replayed" => {
                let record = StockMovement {
                    id: answer.value("id")?,
                    product_id,
                    quantity: new.quantity,
                    reason: new.reason.into(),
                    stock_after: answer.value("stock_after")?,
                    backordered_after: answer.value("backordered_after")?,
                    created_at: answer.value("created_at")?,
                };
                Ok(Movement { replayed: record.id != own_id, record })
            }
            "key_reused" => Err(Error::IdempotencyKeyReused),
            "product_not_found" => Err(Error::NotFound(Entity::Product)),
            "insufficient_stock" => Err(Error::InsufficientStock(vec![Shortage {
                product_id,
                requested: -new.quantity.get(),
                available: answer.value("available")?,
            }])),
            "stock_not_tracked" => Err(Error::StockNotTracked),
            "stock_too_large" => {
                Err(Error::invalid_body("/quantity", format!("would take the stock above {MAX_SAFE_INTEGER}")))
            }
            other => Err(unknown_outcome(other)),
        }
    }
}

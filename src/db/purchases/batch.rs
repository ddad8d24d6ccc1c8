//! One call of `sql/functions/purchase_batch.sql`: the parameters of one or many purchases, and a decision for each.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::outcome::{AnsweredPurchase, Decision};
use crate::{
    db::{
        call::{
            Call,
            held::HeldRows,
            rows::Answer,
            runner::{CallRunner, Place},
            tenant_call,
        },
        connection::Connection,
        movement::Movement,
    },
    domain::{Actor, BusinessId, IdempotencyKey, NewPurchase, Order, OrderId},
    error::{Error, Result},
};

pub(in crate::db) const PURCHASE: &str =
    tenant_call!("purchase_batch(context::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) WITH ORDINALITY");

/// One purchase of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct BatchItem<'a> {
    /// The order's id if this request makes it. It is made once per request, so that a retry can recognise the order that
    /// its own first try created.
    pub(super) own_id: OrderId,
    pub(super) idempotency_key: &'a IdempotencyKey,
    pub(super) actor: &'a Actor,
    pub(super) purchase: &'a NewPurchase,
}

impl CallRunner {
    /// Decides one purchase in a call of its own.
    pub(super) async fn purchase_alone(
        &self,
        business_id: BusinessId,
        idempotency_key: &IdempotencyKey,
        actor: &Actor,
        purchase: &NewPurchase,
    ) -> Result<Movement<Order>> {
        let batch = [BatchItem { own_id: OrderId::new(), idempotency_key, actor, purchase }];
        let answer = self.run(batch_call(business_id, &batch, HeldRows::PassOverAll)).await?;
        match self.decisions(&answer, &batch)?.pop() {
            Some(Decision::Decided(movement)) => movement,
            _ => Err(Error::internal(anyhow::anyhow!("a purchase was not decided"))),
        }
    }

    /// Decides purchases of one business in one transaction. The decisions are in the order of `batch`.
    pub(super) async fn purchase_batch(
        &self,
        place: &Place,
        connection: Connection,
        business_id: BusinessId,
        batch: &[BatchItem<'_>],
        held: HeldRows,
    ) -> Result<Vec<Decision>> {
        let answer = self.run_on(place, connection, &batch_call(business_id, batch, held)).await?;
        self.decisions(&answer, batch)
    }

    fn decisions(&self, answer: &Answer, batch: &[BatchItem<'_>]) -> Result<Vec<Decision>> {
        let mut decisions: Vec<Option<Decision>> = batch.iter().map(|_| None).collect();
        for row in answer.all::<AnsweredPurchase>()? {
            let index = usize::try_from(row.position - 1).map_err(Error::internal)?;
            if index == 0 {
                self.metrics.lock_wait(Duration::from_micros(row.lock_wait_us.try_into().unwrap_or_default()));
            }
            if let (Some(item), Some(decision)) = (batch.get(index), decisions.get_mut(index)) {
                *decision = Some(row.decision(item.own_id, item.purchase));
            }
        }
        let decided = decisions.into_iter().collect::<Option<_>>();
        decided.ok_or_else(|| Error::internal(anyhow::anyhow!("a call left purchases out")))
    }
}

fn batch_call(business_id: BusinessId, batch: &[BatchItem<'_>], held: HeldRows) -> Call {
    let lines = || batch.iter().flat_map(|item| item.purchase.lines.iter());
    let (customer_ids, customer_positions) = numbered(batch.iter().map(|item| item.purchase.customer_id.uuid()));
    let (product_ids, product_positions) = numbered(lines().map(|line| line.product_id.uuid()));
    let line_count = |item: &BatchItem<'_>| i32::try_from(item.purchase.lines.len()).unwrap_or(i32::MAX);
    Call::quick("purchase_batch", PURCHASE, business_id)
        .with(customer_ids)
        .with(product_ids)
        .with(customer_positions)
        .with(batch.iter().map(|item| item.idempotency_key.as_str().to_owned()).collect::<Vec<_>>())
        .with(batch.iter().map(|item| item.actor.clone()).collect::<Vec<_>>())
        .with(batch.iter().map(|item| item.own_id.uuid()).collect::<Vec<_>>())
        .with(batch.iter().map(line_count).collect::<Vec<_>>())
        .with(product_positions)
        .with(lines().map(|line| line.quantity.get()).collect::<Vec<_>>())
        .with(options(batch.iter().map(|item| item.purchase.options())))
        .with_held(held)
}

/// `None` if no purchase asks for anything special, as nearly always.
fn options(options: impl Iterator<Item = Option<Value>> + Clone) -> Option<Vec<Option<Value>>> {
    options.clone().any(|options| options.is_some()).then(|| options.collect())
}

/// The distinct ids in ascending order, and for each of `ids` its position among them, from 1.
fn numbered(ids: impl Iterator<Item = Uuid> + Clone) -> (Vec<Uuid>, Vec<i32>) {
    let mut distinct: Vec<Uuid> = ids.clone().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let position = |id| distinct.partition_point(|other| *other <= id).try_into().unwrap_or(i32::MAX);
    let positions = ids.map(position).collect();
    (distinct, positions)
}

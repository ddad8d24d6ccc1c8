//! The bodies of answers, as far as the checker can say whether they are true.

use serde::Deserialize;
use uuid::Uuid;

use super::microseconds;
use crate::history::{
    Answer, Entry, EntryKind, Goods, GoodsLine, Line, Movement, OpenCharge, Order, Part, StockChange,
};

#[derive(Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    pub(super) next_cursor: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Problem {
    pub(super) code: String,
    #[serde(default)]
    pub(super) shortages: Vec<ShortageBody>,
    #[serde(default)]
    pub(super) lines: Vec<LineExcessBody>,
    #[serde(default)]
    pub(super) charges: Vec<ChargeExcessBody>,
    #[serde(default)]
    pub(super) errors: Vec<FaultBody>,
    pub(super) credit_limit: Option<i64>,
    pub(super) balance: Option<i64>,
    pub(super) required: Option<i64>,
    pub(super) requested: Option<i64>,
    pub(super) available: Option<i64>,
    pub(super) existing_id: Option<Uuid>,
}

#[derive(Deserialize)]
pub(super) struct ShortageBody {
    pub(super) product_id: Uuid,
    pub(super) requested: i64,
    pub(super) available: i64,
}

#[derive(Deserialize)]
pub(super) struct LineExcessBody {
    pub(super) line_no: i64,
    pub(super) requested: i64,
    pub(super) available: i64,
}

#[derive(Deserialize)]
pub(super) struct ChargeExcessBody {
    pub(super) charge_id: Uuid,
    pub(super) requested: i64,
    pub(super) available: i64,
}

#[derive(Deserialize)]
pub(super) struct FaultBody {
    pub(super) pointer: String,
}

#[derive(Deserialize)]
pub(super) struct OrderBody {
    id: Uuid,
    customer_id: Uuid,
    total: i64,
    balance_after: i64,
    items: Vec<LineBody>,
    created_at: String,
}

#[derive(Deserialize)]
struct LineBody {
    line_no: i64,
    product_id: Uuid,
    quantity: i64,
    unit_price: i64,
    line_total: i64,
}

#[derive(Deserialize)]
pub(super) struct GoodsBody {
    id: Uuid,
    order_id: Uuid,
    customer_id: Uuid,
    total: i64,
    balance_after: i64,
    items: Vec<GoodsLineBody>,
    allocations: Vec<PartBody>,
    created_at: String,
}

#[derive(Deserialize)]
struct GoodsLineBody {
    line_no: i64,
    product_id: Uuid,
    quantity: i64,
    restock_quantity: i64,
    line_total: i64,
}

#[derive(Deserialize)]
struct PartBody {
    charge_id: Uuid,
    amount: i64,
}

#[derive(Deserialize)]
pub(super) struct RecordedBody {
    #[serde(flatten)]
    entry: EntryBody,
    allocations: Vec<PartBody>,
}

#[derive(Deserialize)]
pub(super) struct EntryBody {
    id: Uuid,
    customer_id: Uuid,
    entry_no: i64,
    kind: EntryKind,
    order_id: Option<Uuid>,
    amount: i64,
    balance_before: i64,
    balance_after: i64,
    credit_limit: Option<i64>,
    authorized_limit: Option<i64>,
    reverses_entry_no: Option<i64>,
    due_at: Option<String>,
    created_at: String,
}

#[derive(Deserialize)]
pub(super) struct OpenChargeBody {
    charge_id: Uuid,
    entry_no: i64,
    amount: i64,
    open_amount: i64,
}

#[derive(Deserialize)]
pub(super) struct AgingBody {
    customer_id: Uuid,
    as_of: String,
    balance: i64,
    overdue_amount: i64,
    buckets: Buckets,
}

#[derive(Deserialize)]
struct Buckets {
    not_due: i64,
    days_1_to_30: i64,
    days_31_to_60: i64,
    days_61_to_90: i64,
    over_90_days: i64,
}

#[derive(Deserialize)]
pub(super) struct StockChangeBody {
    id: Uuid,
    quantity: i64,
    order_id: Option<Uuid>,
    line_no: Option<i64>,
    stock_after: Option<i64>,
    created_at: String,
}

#[derive(Deserialize)]
pub(super) struct MovementBody {
    id: Uuid,
    product_id: Uuid,
    quantity: i64,
    stock_after: i64,
    created_at: String,
}

#[derive(Deserialize)]
pub(super) struct CustomerBody {
    id: Uuid,
    credit_limit: i64,
    balance: i64,
    available_credit: i64,
}

#[derive(Deserialize)]
pub(super) struct ProductBody {
    id: Uuid,
    price: i64,
    stock: i64,
}

impl From<PartBody> for Part {
    fn from(body: PartBody) -> Self {
        Self { charge: body.charge_id, amount: body.amount }
    }
}

impl TryFrom<OrderBody> for Order {
    type Error = ();

    fn try_from(body: OrderBody) -> Result<Self, ()> {
        let lines = body.items.into_iter().map(|line| Line {
            line_no: line.line_no,
            product: line.product_id,
            quantity: line.quantity,
            unit_price: line.unit_price,
            line_total: line.line_total,
        });
        Ok(Self {
            id: body.id,
            customer: body.customer_id,
            total: body.total,
            balance_after: body.balance_after,
            created_at_us: microseconds(&body.created_at)?,
            lines: lines.collect(),
        })
    }
}

impl TryFrom<GoodsBody> for Goods {
    type Error = ();

    fn try_from(body: GoodsBody) -> Result<Self, ()> {
        let lines = body.items.into_iter().map(|line| GoodsLine {
            line_no: line.line_no,
            product: line.product_id,
            quantity: line.quantity,
            restocked: line.restock_quantity,
            line_total: line.line_total,
        });
        // A return settles its order's charge, and no other.
        let allocated = match &*body.allocations {
            [] => 0,
            [part] if part.charge_id == body.order_id => part.amount,
            _ => return Err(()),
        };
        Ok(Self {
            id: body.id,
            order: body.order_id,
            customer: body.customer_id,
            total: body.total,
            balance_after: body.balance_after,
            allocated,
            created_at_us: microseconds(&body.created_at)?,
            lines: lines.collect(),
        })
    }
}

impl TryFrom<EntryBody> for Entry {
    type Error = ();

    fn try_from(body: EntryBody) -> Result<Self, ()> {
        Ok(Self {
            id: body.id,
            customer: body.customer_id,
            entry_no: body.entry_no,
            kind: body.kind,
            order: body.order_id,
            amount: body.amount,
            balance_before: body.balance_before,
            balance_after: body.balance_after,
            credit_limit: body.credit_limit,
            authorized_limit: body.authorized_limit,
            reverses: body.reverses_entry_no,
            due_at_us: body.due_at.as_deref().map(microseconds).transpose()?,
            created_at_us: microseconds(&body.created_at)?,
        })
    }
}

impl TryFrom<RecordedBody> for (Entry, Vec<Part>) {
    type Error = ();

    fn try_from(body: RecordedBody) -> Result<Self, ()> {
        Ok((body.entry.try_into()?, body.allocations.into_iter().map(Into::into).collect()))
    }
}

impl TryFrom<MovementBody> for Movement {
    type Error = ();

    fn try_from(body: MovementBody) -> Result<Self, ()> {
        Ok(Self {
            id: body.id,
            product: body.product_id,
            quantity: body.quantity,
            stock_after: body.stock_after,
            created_at_us: microseconds(&body.created_at)?,
        })
    }
}

impl TryFrom<OpenChargeBody> for OpenCharge {
    type Error = ();

    fn try_from(body: OpenChargeBody) -> Result<Self, ()> {
        let OpenChargeBody { charge_id: charge, entry_no, amount, open_amount: open } = body;
        Ok(Self { charge, entry_no, amount, open })
    }
}

impl TryFrom<StockChangeBody> for StockChange {
    type Error = ();

    fn try_from(body: StockChangeBody) -> Result<Self, ()> {
        Ok(Self {
            id: body.id,
            line_no: body.line_no.unwrap_or_default(),
            quantity: body.quantity,
            order: body.order_id,
            stock_after: body.stock_after,
            created_at_us: microseconds(&body.created_at)?,
        })
    }
}

impl TryFrom<AgingBody> for Answer {
    type Error = ();

    fn try_from(body: AgingBody) -> Result<Self, ()> {
        let Buckets { not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days } = body.buckets;
        Ok(Self::Aging {
            id: body.customer_id,
            as_of_us: microseconds(&body.as_of)?,
            balance: body.balance,
            overdue: body.overdue_amount,
            buckets: [not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days],
        })
    }
}

impl From<CustomerBody> for Answer {
    fn from(body: CustomerBody) -> Self {
        Self::Customer {
            id: body.id,
            credit_limit: body.credit_limit,
            balance: body.balance,
            available_credit: body.available_credit,
        }
    }
}

impl From<ProductBody> for Answer {
    fn from(body: ProductBody) -> Self {
        Self::Product { id: body.id, price: body.price, stock: body.stock }
    }
}

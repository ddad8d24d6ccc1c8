//! The words of the business as types that cannot hold a wrong value.
//!
//! Each type is made by checking (`TryFrom`, `FromStr`, `Deserialize`), so a handler or command that holds one need not
//! check again. SQL has the same bounds as constraints; the checks here only give the better message.
//!
//! Types that clients send or get derive serde's and utoipa's traits: their JSON and its description are a part of what they
//! are. Nothing here knows routes, statuses, headers, SQL or the command line, and nothing does I/O.

mod actor;
mod currency;
mod cursor;
mod due;
mod id;
mod idempotency_key;
mod moment;
mod money;
mod payment_terms;
mod proof;
#[cfg(test)]
mod properties;
mod quantity;
mod records;
mod requests;
mod scope;
mod text;
mod time_zone;
pub(crate) mod timestamp;

pub use actor::Actor;
pub use currency::Currency;
pub use cursor::{Cursor, Page, PageLimit};
pub use due::{Day, DueTime, OverdueHoldDays};
pub use id::{
    AdjustmentId, ApiKeyId, BusinessId, CustomerId, LedgerEntryId, OrderId, PaymentId, ProductId, RefundId, ReturnId,
    StockMovementId, Version,
};
pub use idempotency_key::IdempotencyKey;
pub use money::{Amount, Balance, Money, SignedAmount};
pub use payment_terms::{PaymentTerms, PaymentTermsRequest};
pub use proof::{Hash, HeadsDigest, LedgerHead, Proof};
pub use quantity::{LineNo, Quantity, QuantityDecimals, RestockQuantity, Stock, StockChange};
pub use records::{
    AgeBuckets, AgedCustomer, AgingTotals, Allocation, ApiKey, Business, Customer, CustomerAging, CustomerBalance,
    EntryDetails, EntryKind, Hashed, LedgerEntry, ListedEntry, OpenCharge, Order, OrderItem, OverdueCustomer, Product,
    RecordedEntry, Return, ReturnItem, SoldProduct, Statement, StatementBusiness, StatementCharge, StatementCustomer,
    StatementLine, StockHistoryEntry, StockHistoryKind, StockMovement, StockPlace, Sum,
};
pub use requests::{
    AdjustmentType, AllocationChange, AllocationChanges, CustomerChange, FutureTime, KeyScopes, Lines, NewAdjustment,
    NewAllocation, NewAllocationNote, NewAllocations, NewApiKey, NewBusiness, NewCustomer, NewPayment, NewProduct,
    NewPurchase, NewRefund, NewReturn, NewReversal, NewStockMovement, ProductChange, PurchaseLine, ReturnLine,
    ReturnLines,
};
pub use scope::Scope;
pub use text::{ExternalId, KeyName, Name, Reason, Reference, Sku, Unit};
pub use time_zone::TimeZone;

/// The largest whole number that every JSON client can hold: 2^53 - 1.
pub const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;
pub use moment::Moment;

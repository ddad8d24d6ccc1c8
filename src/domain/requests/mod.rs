//! What clients and operators ask for. The body of a request is read straight into these types, and the command line
//! makes the same ones. So a value that the one refuses, the other refuses too, in the same words.
//!
//! In the API's description they have names that end in `Request`.

mod adjustment;
mod allocations;
mod api_key;
mod business;
mod customer;
mod payment;
mod product;
mod purchase;
mod refund;
mod returns;
mod reversal;
mod stock_movement;

pub use adjustment::{AdjustmentType, NewAdjustment};
pub use allocations::{AllocationChange, AllocationChanges, NewAllocation, NewAllocationNote, NewAllocations};
pub use api_key::{FutureTime, KeyScopes, NewApiKey};
pub use business::NewBusiness;
pub use customer::{CustomerChange, NewCustomer};
pub use payment::NewPayment;
pub use product::{NewProduct, ProductChange};
pub use purchase::{Lines, NewPurchase, PurchaseLine};
pub use refund::NewRefund;
pub use returns::{NewReturn, ReturnLine, ReturnLines};
pub use stock_movement::NewStockMovement;

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "present")]` in a change: a member that is there has a value, so that `null`
/// counts only where the type takes it.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
pub use reversal::NewReversal;

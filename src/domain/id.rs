//! Identifiers: UUIDv7 made by the server, one type per thing, not interchangeable.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(Uuid);

        impl $name {
            /// A new, time-ordered identifier.
            #[must_use]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The bare UUID, for SQL.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }
    };
}

id!(
    /// A business: one tenant.
    BusinessId
);
id!(
    /// A customer of one business.
    CustomerId
);
id!(
    /// A product of one business.
    ProductId
);
id!(
    /// An order: the record that a purchase leaves.
    OrderId
);
id!(
    /// An entry of the credit ledger; for a purchase it equals the order's id.
    LedgerEntryId
);
id!(
    /// A payment: the id of its ledger entry.
    PaymentId
);
id!(
    /// An adjustment: the id of its ledger entry.
    AdjustmentId
);
id!(
    /// A refund: the id of its ledger entry.
    RefundId
);
id!(
    /// A return; its ledger entry has the same.
    ReturnId
);
id!(
    /// A movement of stock.
    StockMovementId
);
id!(
    /// A version of a record that can be changed: which change made the record what it is. A record that was never changed has its
    /// own id here.
    Version
);
id!(
    /// An API key's public name.
    ApiKeyId
);

/// What an id names of which the ledger has the record.
macro_rules! entry_id {
    ($($name:ident),+) => {
        $(impl From<$name> for LedgerEntryId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        })+
    };
}

entry_id!(PaymentId, AdjustmentId, RefundId);

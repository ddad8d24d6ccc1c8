//! The records that the database keeps, as answers show them. Read-only: only SQL makes and changes them.

mod aging;
mod api_key;
mod business;
mod customer;
mod entry_details;
mod ledger_entry;
mod order;
mod overdue_customer;
mod product;
mod returns;
mod statement;
mod stock_history;
mod stock_movement;

pub use aging::{AgeBuckets, AgedCustomer, AgingTotals, CustomerAging, OpenCharge, Sum};
pub use api_key::ApiKey;
pub use business::Business;
pub use customer::{Customer, CustomerBalance};
pub use entry_details::{EntryDetails, ListedEntry};
pub use ledger_entry::{Allocation, EntryKind, Hashed, LedgerEntry, RecordedEntry};
pub use order::{Order, OrderItem, SoldProduct};
pub use overdue_customer::OverdueCustomer;
pub use product::Product;
pub use returns::{Return, ReturnItem};
pub use statement::{Statement, StatementBusiness, StatementCharge, StatementCustomer, StatementLine};
pub use stock_history::{StockHistoryEntry, StockHistoryKind, StockPlace};
pub use stock_movement::StockMovement;

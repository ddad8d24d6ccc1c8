//! What clients and operators ask for. The body of a request is read straight into these types, and the command line
//! makes the same ones: so a value that one of them refuses, the other refuses too.

mod purchase;

pub use purchase::{Lines, NewPurchase, PurchaseLine};

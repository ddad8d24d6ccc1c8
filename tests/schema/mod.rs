//! The schema as a whole: installing, upgrading, who may connect.

mod claims;
mod fence;
mod migrate;
mod pool;
mod role_check;
mod snapshot;

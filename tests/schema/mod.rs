//! The schema as a whole: installing, upgrading, who may connect.

mod claims;
mod fence;
mod grants;
mod lock_order;
mod migrate;
mod migrate_in_company;
mod mutants;
mod new_cluster;
mod pool;
mod restore;
mod role_check;
mod shared_cluster;
mod snapshot;
mod upgrade;

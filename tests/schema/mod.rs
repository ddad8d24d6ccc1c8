//! The schema as a whole: installing, upgrading, who may connect.

mod migrate;
mod role_check;

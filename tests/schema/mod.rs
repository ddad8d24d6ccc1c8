//! The schema as a whole: installing and upgrading it.

mod migrate;

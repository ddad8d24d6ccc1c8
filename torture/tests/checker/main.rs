//! The checker's own tests: correct histories, of which it must say nothing, and faults, each of which it must name.

mod generate;
mod mutations;
mod planted;
mod soundness;
mod store;

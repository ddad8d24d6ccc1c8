//! `tallystick verify` finds every kind of damage, and reports nothing if there is none.

mod cli;
mod damage;
mod damages;
mod in_use;
mod proofs;

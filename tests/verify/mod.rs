//! `tallystick verify`: that it finds every kind of damage, and nothing where there is none.

mod cli;
mod damage;
mod damages;
mod in_use;

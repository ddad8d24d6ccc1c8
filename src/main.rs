//! The `tallystick` program.
fn main() {}

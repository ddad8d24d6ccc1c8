//! `tallystick-torture`: see the library.

fn main() {}

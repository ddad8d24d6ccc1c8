//! Benchmark driver.
fn main() {}

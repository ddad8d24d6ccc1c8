//! Seeds of random tests: new each time, printed and repeatable.

use std::env;

use rand::{SeedableRng, rngs::StdRng};

/// A generator with a new seed, or with that of `TALLYSTICK_TEST_SEED`. The seed is printed: a failing test shows it.
pub fn new_random() -> StdRng {
    let named = env::var("TALLYSTICK_TEST_SEED").ok().filter(|seed| !seed.is_empty());
    random(named.map_or_else(rand::random, |seed| seed.parse().expect("TALLYSTICK_TEST_SEED is a whole number")))
}

/// The generator of a seed.
pub fn random(seed: u64) -> StdRng {
    println!("to repeat this: TALLYSTICK_TEST_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

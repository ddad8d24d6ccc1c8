//! The parts of a measure as text.

use crate::{figures::Measure, numbers::number, stats::Spread};

/// A figure with its unit.
pub fn value(measure: &Measure) -> String {
    let number = number(measure.value.mean);
    if measure.unit.is_empty() { number } else { format!("{number} {}", measure.unit) }
}

/// From the least to the greatest. Empty if there was one round only.
pub fn range(spread: &Spread) -> String {
    let (least, greatest) = (number(spread.least), number(spread.greatest));
    if least == greatest { String::new() } else { format!("{least} to {greatest}") }
}

/// Whether the goal is met, in a word. Empty without a goal.
pub fn met(measure: &Measure) -> &'static str {
    match measure.met {
        Some(true) => "met",
        Some(false) => "not met",
        None => "",
    }
}

/// The goal. Empty without one.
pub fn goal(measure: &Measure) -> String {
    measure.goal.map_or_else(String::new, |goal| goal.to_string())
}

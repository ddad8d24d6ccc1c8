//! Figures as text.

use std::fmt::{Arguments, Write as _};

use crate::{figures::Measure, stats::Spread};

/// Adds to a text.
pub fn put(text: &mut String, more: Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = text.write_fmt(more);
}

/// A number with as many digits as it is worth.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        "–".to_owned()
    } else if size >= 100.0 {
        thousands(value)
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// A number rounded to a whole one, with commas.
fn thousands(value: f64) -> String {
    let digits = with_commas(&format!("{:.0}", value.abs()));
    if value < 0.0 { format!("-{digits}") } else { digits }
}

/// A whole number, with commas.
pub fn count(value: u64) -> String {
    with_commas(&value.to_string())
}

fn with_commas(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A figure with its unit.
pub fn value(measure: &Measure) -> String {
    let number = number(measure.value.mean);
    if measure.unit.is_empty() { number } else { format!("{number} {}", measure.unit) }
}

/// From the least to the greatest; nothing where there was one round only.
pub fn range(spread: &Spread) -> String {
    let (least, greatest) = (number(spread.least), number(spread.greatest));
    if least == greatest { String::new() } else { format!("{least} to {greatest}") }
}

/// Whether a goal is met, in a word.
pub fn met(measure: &Measure) -> &'static str {
    match measure.met {
        Some(true) => "met",
        Some(false) => "not met",
        None => "",
    }
}

/// The goal, or nothing.
pub fn goal(measure: &Measure) -> String {
    measure.goal.map_or_else(String::new, |goal| goal.to_string())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_number_has_as_many_digits_as_it_is_worth() {
        let numbers = [0.0, 1.234, 12.34, 123.4, 1_234.5, 1_234_567.0, f64::NAN].map(number);
        assert_eq!(numbers, ["0.00", "1.23", "12.3", "123", "1,234", "1,234,567", "–"]);
    }
}

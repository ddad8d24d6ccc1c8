//! Numbers as text.

/// A number with three digits, or all digits before the point if there are more.
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

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_number_has_three_digits_or_all_before_the_point() {
        let numbers = [0.0, 1.234, 12.34, 123.4, 1_234.5, 1_234_567.0, f64::NAN].map(number);
        assert_eq!(numbers, ["0.00", "1.23", "12.3", "123", "1,234", "1,234,567", "–"]);
    }
}

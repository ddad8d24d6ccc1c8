//! Lengths of time as people write them.

use std::time::Duration;

/// A day: longer than any useful wait, and short enough for every clock.
const MAX: Duration = Duration::from_hours(24);

/// Reads `250ms`, `5s`, `2m`, `1h`, or a bare number of seconds. At most a day.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const HINT: &str = "must be a whole number with a unit, such as 250ms, 5s, 2m or 1h";
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| HINT)?;
    let milliseconds = match unit.trim() {
        "ms" => Some(number),
        "s" | "" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => return Err(HINT.to_owned()),
    };
    milliseconds
        .map(Duration::from_millis)
        .filter(|duration| *duration <= MAX)
        .ok_or_else(|| "must be at most 24h".to_owned())
}

/// As [`parse_duration`], but it refuses 0: a time limit of zero would refuse every request.
pub(super) fn parse_timeout(text: &str) -> Result<Duration, String> {
    match parse_duration(text)? {
        Duration::ZERO => Err("must be longer than nothing".to_owned()),
        duration => Ok(duration),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{parse_duration, parse_timeout};

    #[test]
    fn a_duration_is_a_number_with_a_unit() {
        for (text, milliseconds) in
            [("250ms", 250), ("5s", 5_000), ("5", 5_000), ("2m", 120_000), ("24h", 86_400_000), ("0", 0)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for wrong in ["", "s", "-1s", "1.5s", "1d", "25h", "1s ago", "99999999999999999999s", "18446744073709551615h"] {
            assert!(parse_duration(wrong).is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn a_time_limit_is_longer_than_nothing() {
        assert!(parse_timeout("0s").is_err());
        assert!(parse_timeout("1ms").is_ok());
    }
}

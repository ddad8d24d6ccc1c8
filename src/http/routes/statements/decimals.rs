//! Amounts in the currency's major unit, as people read them. Whole numbers throughout: no floats.

use crate::domain::Statement;

/// Writes amounts with the decimals of a currency.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimals(usize);

impl Decimals {
    pub(super) fn of(head: &Statement) -> Self {
        Self(usize::from(head.business.currency.decimals()))
    }

    /// For programs: `-1234.50`.
    pub(super) fn plain(self, amount: impl Into<i128>) -> String {
        let amount = amount.into();
        let (whole, part) = self.split(amount);
        let sign = if amount < 0 { "-" } else { "" };
        format!("{sign}{whole}{part}")
    }

    /// For people: `−1,234.50`.
    pub(super) fn grouped(self, amount: impl Into<i128>) -> String {
        let amount = amount.into();
        let (whole, part) = self.split(amount);
        let mut text = String::from(if amount < 0 { "\u{2212}" } else { "" });
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place) % 3 == 0 {
                text.push(',');
            }
            text.push(digit);
        }
        text + &part
    }

    /// The digits before the point; the point and the digits after it, if there are any.
    fn split(self, amount: i128) -> (String, String) {
        let mut whole = format!("{:0>width$}", amount.unsigned_abs(), width = self.0 + 1);
        let part = whole.split_off(whole.len() - self.0);
        let part = if part.is_empty() { part } else { format!(".{part}") };
        (whole, part)
    }
}

#[cfg(test)]
mod tests {
    use super::Decimals;

    #[test]
    fn an_amount_has_the_decimals_of_its_currency_and_its_thousands_apart() {
        for (decimals, amount, plain, grouped) in [
            (0, 0_i128, "0", "0"),
            (0, -1, "-1", "\u{2212}1"),
            (0, 999, "999", "999"),
            (0, 1_000, "1000", "1,000"),
            (0, 123_456, "123456", "123,456"),
            (2, 0, "0.00", "0.00"),
            (2, 5, "0.05", "0.05"),
            (2, -5, "-0.05", "\u{2212}0.05"),
            (2, 99, "0.99", "0.99"),
            (2, 99_999, "999.99", "999.99"),
            (2, -99_999, "-999.99", "\u{2212}999.99"),
            (2, 100_000, "1000.00", "1,000.00"),
            (3, 1, "0.001", "0.001"),
            (3, 999, "0.999", "0.999"),
            (3, -1_234_567_890, "-1234567.890", "\u{2212}1,234,567.890"),
            (4, i64::MIN.into(), "-922337203685477.5808", "\u{2212}922,337,203,685,477.5808"),
            // The sums of buckets have room for more than one amount has.
            (2, 2 * i128::from(i64::MAX), "184467440737095516.14", "184,467,440,737,095,516.14"),
            (
                0,
                i128::MIN,
                "-170141183460469231731687303715884105728",
                "\u{2212}170,141,183,460,469,231,731,687,303,715,884,105,728",
            ),
        ] {
            let decimals = Decimals(decimals);
            assert_eq!((&*decimals.plain(amount), &*decimals.grouped(amount)), (plain, grouped));
        }
    }
}

//! A return to be recorded.

use serde::{Deserialize, Deserializer, de};
use utoipa::ToSchema;

use crate::domain::{LineNo, OrderId, Quantity, Reason, RestockQuantity};

/// Which lines of which order come back, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnRequest, examples(json!({
    "order_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24",
    "items": [{"line_no": 1, "quantity": 1}, {"line_no": 2, "quantity": 500, "restock_quantity": 0}],
    "reason": "Bag torn"
})))]
pub struct NewReturn {
    /// The order.
    pub order_id: OrderId,
    /// What of its lines comes back, each line once.
    #[serde(rename = "items")]
    #[schema(value_type = Vec<ReturnLine>, min_items = 1, max_items = 500)]
    pub lines: ReturnLines,
    /// Why.
    pub reason: Reason,
}

/// What of one order line comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
#[schema(as = ReturnRequestItem)]
pub struct ReturnLine {
    /// The number of the order's line.
    pub line_no: LineNo,
    /// How many, as a whole number of 10^-`quantity_decimals` units, as the line counts them. At most what was bought and not
    /// returned yet.
    pub quantity: Quantity,
    /// How many of these go back into the stock; what is damaged does not. Without it, all that came from there: nothing of a
    /// service.
    #[serde(default)]
    pub restock_quantity: Option<RestockQuantity>,
}

/// Reads the members, as `remote` has it, and then compares them.
impl<'de> Deserialize<'de> for ReturnLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let line = Self::deserialize(deserializer)?;
        match line.restock_quantity {
            Some(restocked) if restocked.get() > line.quantity.get() => {
                Err(de::Error::custom("member `restock_quantity` must be at most the quantity"))
            }
            _ => Ok(line),
        }
    }
}

/// The lines of one return: 1 to 500, each line of the order once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<ReturnLine>")]
pub struct ReturnLines(Vec<ReturnLine>);

impl ReturnLines {
    /// The most lines that one return can have.
    pub const MAX: usize = 500;

    /// The numbers of the lines, as the SQL function takes them.
    #[must_use]
    pub fn numbers(&self) -> Vec<i32> {
        self.0.iter().map(|line| line.line_no.number()).collect()
    }

    /// How many come back of each.
    #[must_use]
    pub fn quantities(&self) -> Vec<i64> {
        self.0.iter().map(|line| line.quantity.get()).collect()
    }

    /// How many of each go back into the stock, where that was said.
    #[must_use]
    pub fn restock_quantities(&self) -> Vec<Option<i64>> {
        self.0.iter().map(|line| line.restock_quantity.map(RestockQuantity::get)).collect()
    }
}

impl TryFrom<Vec<ReturnLine>> for ReturnLines {
    type Error = &'static str;

    fn try_from(lines: Vec<ReturnLine>) -> Result<Self, Self::Error> {
        if !(1..=Self::MAX).contains(&lines.len()) {
            return Err("must have 1 to 500 items");
        }
        let mut numbers: Vec<_> = lines.iter().map(|line| line.line_no).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.len() == lines.len() { Ok(Self(lines)) } else { Err("must name each line once") }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ReturnLine, ReturnLines};

    fn read(lines: Value) -> Result<ReturnLines, serde_json::Error> {
        serde_json::from_value(lines)
    }

    #[test]
    fn a_return_has_1_to_500_lines_each_once() {
        let lines = |numbers: std::ops::RangeInclusive<i32>| -> Value {
            numbers.map(|number| json!({"line_no": number, "quantity": 1})).collect()
        };
        assert!(read(json!([])).is_err());
        assert_eq!(read(lines(1..=500)).unwrap().numbers().last(), Some(&500));
        assert!(read(lines(0..=1)).is_err() && read(lines(1..=501)).is_err());
        let twice =
            json!([{"line_no": 2, "quantity": 1}, {"line_no": 1, "quantity": 1}, {"line_no": 2, "quantity": 3}]);
        assert_eq!(read(twice).unwrap_err().to_string(), "must name each line once");
        let line = |line_no| serde_json::from_value::<ReturnLine>(json!({"line_no": line_no, "quantity": 1})).unwrap();
        assert!(ReturnLines::try_from(vec![line(1); 501]).is_err());
    }

    #[test]
    fn at_most_what_comes_back_goes_into_the_stock() {
        let lines = |restocked: Value| read(json!([{"line_no": 1, "quantity": 3, "restock_quantity": restocked}]));
        assert_eq!(lines(json!(3)).unwrap().restock_quantities(), [Some(3)]);
        assert_eq!(lines(json!(0)).unwrap().restock_quantities(), [Some(0)]);
        assert_eq!(lines(json!(null)).unwrap().restock_quantities(), [None]);
        for wrong in [json!(4), json!(-1), json!(1.5)] {
            assert!(lines(wrong.clone()).is_err(), "{wrong}");
        }
    }
}

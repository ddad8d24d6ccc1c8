//! A purchase to be made.

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::domain::{CustomerId, Day, DueTime, Money, PaymentTerms, PaymentTermsRequest, ProductId, Quantity};

/// Who buys what. Prices are the products' own, at the moment of the purchase, unless the lines bring others.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
#[schema(as = PurchaseRequest, examples(json!({
    "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21",
    "items": [
        {"product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22", "quantity": 2},
        {"product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c23", "quantity": 1}
    ]
})))]
pub struct NewPurchase {
    /// Who buys.
    pub customer_id: CustomerId,
    /// What. The same product may stand on several lines. The total is at most 2^53 - 1 minor units.
    #[serde(rename = "items")]
    #[schema(value_type = Vec<PurchaseLine>, min_items = 1, max_items = 500)]
    pub lines: Lines,
    /// When it is due, instead of what the customer's or the business's terms say. A purchase has at most one of `payment_terms`,
    /// `due_date` and `due_at`.
    #[serde(default)]
    #[schema(value_type = Option<PaymentTermsRequest>)]
    pub payment_terms: Option<PaymentTerms>,
    /// On which day it is due, in the business's time zone; that of the purchase at the earliest. It is overdue when that day is over.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, examples("2026-04-30"))]
    pub due_date: Option<Day>,
    /// At which moment it is due; that of the purchase at the earliest.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime, examples("2026-04-30T22:00:00Z"))]
    pub due_at: Option<DueTime>,
    /// The limit that this purchase may reach, in minor units, if the customer's credit limit is less. Needs the scope `adjust`.
    #[serde(default)]
    pub authorized_limit: Option<Money>,
}

/// Reads the members, as `remote` has it, and then compares them.
impl<'de> Deserialize<'de> for NewPurchase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let purchase = Self::deserialize(deserializer)?;
        let due = [
            ("payment_terms", purchase.payment_terms.is_some()),
            ("due_date", purchase.due_date.is_some()),
            ("due_at", purchase.due_at.is_some()),
        ];
        let mut given = due.into_iter().filter_map(|(name, is_given)| is_given.then_some(name));
        match (given.next(), given.next()) {
            (Some(first), Some(second)) => {
                Err(de::Error::custom(format!("member `{second}` must not stand beside {first}")))
            }
            _ => Ok(purchase),
        }
    }
}

impl NewPurchase {
    /// A purchase on the terms of the customer or the business.
    #[must_use]
    pub const fn usual(customer_id: CustomerId, lines: Lines) -> Self {
        Self { customer_id, lines, payment_terms: None, due_date: None, due_at: None, authorized_limit: None }
    }

    /// What it asks for beyond products and quantities, as `sql/functions/purchase_check_options.sql` takes it. `None` for
    /// nothing, as nearly always.
    #[must_use]
    pub fn options(&self) -> Option<Value> {
        let members = [
            ("payment_terms", self.payment_terms.map(|terms| json!(terms))),
            ("due_date", self.due_date.map(|date| date.to_string().into())),
            ("due_at", self.due_at.map(|time| time.to_string().into())),
            ("authorized_limit", self.authorized_limit.map(|limit| json!(limit))),
        ];
        let mut options: Map<String, Value> =
            members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        if self.lines.iter().any(PurchaseLine::has_prices) {
            options.insert("lines".to_owned(), self.lines.iter().map(PurchaseLine::prices).collect());
        }
        (!options.is_empty()).then_some(Value::Object(options))
    }

    /// JSON Pointers to what only callers with the scope `price` may ask for.
    pub fn brought_prices(&self) -> impl Iterator<Item = String> {
        self.lines.iter().enumerate().flat_map(|(index, line)| {
            line.members().filter(|(_, value)| value.is_some()).map(move |(name, _)| format!("/items/{index}/{name}"))
        })
    }
}

/// One line of a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PurchaseRequestItem)]
pub struct PurchaseLine {
    /// The product.
    pub product_id: ProductId,
    /// How many, as a whole number of the product's 10^-`quantity_decimals` units.
    pub quantity: Quantity,
    /// The price of one unit, in minor units; without it, the product's own. Needs the scope `price`.
    #[serde(default)]
    pub unit_price: Option<Money>,
    /// What is taken off the price of the whole quantity, in minor units, at most all of it. Needs the scope `price`.
    #[serde(default)]
    pub discount: Option<Money>,
    /// The tax on the line, in minor units, which is added to it. tallystick records it and computes none. Needs the scope `price`.
    #[serde(default)]
    pub tax: Option<Money>,
}

impl PurchaseLine {
    /// A line at the product's own price.
    #[must_use]
    pub const fn usual(product_id: ProductId, quantity: Quantity) -> Self {
        Self { product_id, quantity, unit_price: None, discount: None, tax: None }
    }

    const fn has_prices(&self) -> bool {
        self.unit_price.is_some() || self.discount.is_some() || self.tax.is_some()
    }

    fn members(&self) -> impl Iterator<Item = (&'static str, Option<Money>)> {
        [("unit_price", self.unit_price), ("discount", self.discount), ("tax", self.tax)].into_iter()
    }

    /// As `sql/functions/purchase_check_lines.sql` takes it.
    fn prices(&self) -> Value {
        let members: Map<_, _> =
            self.members().filter_map(|(name, value)| value.map(|value| (name.to_owned(), json!(value)))).collect();
        if members.is_empty() { Value::Null } else { Value::Object(members) }
    }
}

/// The lines of one purchase, 1 to 500.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<PurchaseLine>")]
pub struct Lines(Vec<PurchaseLine>);

impl Lines {
    /// The most lines that one purchase can have.
    pub const MAX: usize = 500;
}

impl TryFrom<Vec<PurchaseLine>> for Lines {
    type Error = String;

    fn try_from(lines: Vec<PurchaseLine>) -> Result<Self, Self::Error> {
        if (1..=Self::MAX).contains(&lines.len()) {
            Ok(Self(lines))
        } else {
            Err(format!("must have 1 to {} items", Self::MAX))
        }
    }
}

impl std::ops::Deref for Lines {
    type Target = [PurchaseLine];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Lines, NewPurchase, PurchaseLine};
    use crate::domain::{CustomerId, ProductId, Quantity};

    #[test]
    fn a_purchase_has_1_to_500_lines() {
        let line = PurchaseLine::usual(ProductId::new(), Quantity::try_from(1).unwrap());
        for (count, accepted) in [(0, false), (1, true), (500, true), (501, false)] {
            assert_eq!(Lines::try_from(vec![line; count]).is_ok(), accepted, "{count} lines");
        }
    }

    #[test]
    fn a_purchase_has_options_only_for_what_it_asks_for() {
        let purchase = |items: serde_json::Value| -> NewPurchase {
            serde_json::from_value(json!({"customer_id": CustomerId::new(), "items": items})).unwrap()
        };
        let id = ProductId::new();
        let usual = json!({"product_id": id, "quantity": 1});
        let nothing = json!({"product_id": id, "quantity": 1, "unit_price": null, "discount": null, "tax": null});
        let plain = purchase(json!([usual, nothing]));
        assert_eq!(plain.options(), None);
        assert_eq!(plain.brought_prices().count(), 0);

        let priced = json!({"product_id": id, "quantity": 1, "unit_price": 0, "tax": 7});
        let special = purchase(json!([usual, priced]));
        assert_eq!(special.options(), Some(json!({"lines": [null, {"unit_price": 0, "tax": 7}]})));
        assert_eq!(special.brought_prices().collect::<Vec<_>>(), ["/items/1/unit_price", "/items/1/tax"]);
    }
}

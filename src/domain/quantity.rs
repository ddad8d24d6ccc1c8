//! Counts of things: whole numbers of a product's smallest part, which is a unit or 10^-`quantity_decimals` of it.

use super::MAX_SAFE_INTEGER;

/// Defines a whole number within bounds. `TryFrom<i64>` and `Deserialize` are the only ways to make one, and both check.
macro_rules! whole_number {
    (
        $(#[doc = $doc:literal])* $name:ident,
        min = $min:expr, max = $max:expr $(, except = $except:expr)?, example = $example:literal
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(i64);

        impl $name {
            /// The smallest value.
            pub const MIN: i64 = $min;
            /// The largest value.
            pub const MAX: i64 = $max;

            /// The bare number, for SQL.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = String;

            fn try_from(value: i64) -> Result<Self, Self::Error> {
                if !(Self::MIN..=Self::MAX).contains(&value) {
                    return Err(format!("must be a whole number from {} to {}", Self::MIN, Self::MAX));
                }
                $(if value == $except {
                    return Err(format!("must not be {}", $except));
                })?
                Ok(Self(value))
            }
        }

        impl From<$name> for i64 {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::Integer)
                    .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Int64)))
                    .minimum(Some(Self::MIN))
                    .maximum(Some(Self::MAX))
                    .description(Some(concat!($($doc),*).trim()))
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(super) use whole_number;

whole_number!(
    /// How many of a product one line of a purchase takes. A whole number of 10^-`quantity_decimals` units, 1 to 2^31 - 1.
    Quantity, min = 1, max = 2_147_483_647, example = 3
);
whole_number!(
    /// How many of a product there are. A whole number of 10^-`quantity_decimals` units, 0 to 2^53 - 1.
    Stock, min = 0, max = MAX_SAFE_INTEGER, example = 40
);
whole_number!(
    /// A change of stock: positive comes in, negative goes out, never 0. A whole number of 10^-`quantity_decimals` units, within
    /// ±(2^53 - 1).
    StockChange, min = -MAX_SAFE_INTEGER, max = MAX_SAFE_INTEGER, except = 0, example = 24
);
whole_number!(
    /// In which parts of a unit a product's quantities count: 10^-`quantity_decimals` of it. With 3, a quantity of 1500 is 1.5 units.
    /// 0 to 3.
    QuantityDecimals, min = 0, max = 3, example = 0
);

whole_number!(
    /// How many of what comes back go into the stock. A whole number of 10^-`quantity_decimals` units, 0 to 2^31 - 1.
    RestockQuantity, min = 0, max = 2_147_483_647, example = 1
);
whole_number!(
    /// The number of an order's line, 1 to 500.
    LineNo, min = 1, max = 500, example = 1
);

impl LineNo {
    /// As SQL has it.
    #[must_use]
    pub fn number(self) -> i32 {
        i32::try_from(self.0).unwrap_or(i32::MAX)
    }
}

impl Stock {
    /// Nothing.
    pub const ZERO: Self = Self(0);
}

impl QuantityDecimals {
    /// Whole units.
    pub const NONE: Self = Self(0);
}

impl TryFrom<i16> for QuantityDecimals {
    type Error = String;

    fn try_from(value: i16) -> Result<Self, Self::Error> {
        i64::from(value).try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Quantity, StockChange};

    #[test]
    fn a_quantity_is_a_whole_number_from_one_up() {
        assert!(serde_json::from_str::<Quantity>("1").is_ok());
        for wrong in ["0", "-1", "1.5", "1e2", "\"1\"", "null", "2147483648", "9223372036854775808"] {
            assert!(serde_json::from_str::<Quantity>(wrong).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn a_stock_change_of_nothing_is_refused() {
        assert!(StockChange::try_from(0).is_err());
        assert!(StockChange::try_from(-3).is_ok());
    }
}

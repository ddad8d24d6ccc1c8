//! A business's currency.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A currency of ISO 4217 that has a number of decimals, by its alphabetic code: three capital letters. Fixed for the life of a
/// business, because every amount is in its minor units.
///
/// Codes that ISO has withdrawn, such as HRK, are among them: a business may have to keep its books in one. Those of gold, of the
/// testing of software and the like are not, because they have no minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

/// Every code, in alphabetic order.
static CODES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let letters = || 'A'..='Z';
    let codes =
        letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| String::from_iter([a, b, c]))));
    codes.filter(|code| code.parse::<Currency>().is_ok()).collect()
});

impl Currency {
    /// The code, for SQL.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.0.code()
    }

    /// How many decimals an amount has if it is written in the currency's major unit: 2 for cents of a euro.
    #[must_use]
    pub fn decimals(self) -> u16 {
        // `from_str` lets in none without.
        self.0.exponent().unwrap_or_default()
    }
}

impl TryFrom<String> for Currency {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl std::str::FromStr for Currency {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        iso_currency::Currency::from_code(text)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or("must be the code of a currency of ISO 4217, in three capital letters, such as EUR")
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl utoipa::PartialSchema for Currency {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(CODES.iter().map(String::as_str)))
            .description(Some("A currency of ISO 4217 that has a number of decimals."))
            .examples(["EUR"])
            .into()
    }
}

impl utoipa::ToSchema for Currency {}

#[cfg(test)]
mod tests {
    use super::{CODES, Currency};

    #[test]
    fn a_currency_is_one_of_iso_4217_and_knows_its_decimals() {
        for (code, decimals) in
            [("EUR", 2), ("JPY", 0), ("KRW", 0), ("BHD", 3), ("TND", 3), ("CLF", 4), ("XAF", 0), ("HRK", 2), ("XCG", 2)]
        {
            assert_eq!(code.parse::<Currency>().map(Currency::decimals), Ok(decimals), "{code}");
            assert_eq!(code.parse::<Currency>().unwrap().as_str(), code);
        }
        for wrong in ["XYZ", "ZZZ", "eur", "EURO", "EU", "", "XXX", "XTS", "XAU", "XDR", "ÄÖÜ", "EUR "] {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong} was taken");
        }
        assert!(CODES.len() > 150 && CODES.is_sorted());
    }
}

//! Short texts that people type. They are kept as they came, bounded in length, and free of control characters (PostgreSQL
//! cannot store NUL).

macro_rules! text {
    ($(#[doc = $doc:literal])* $name:ident, max_chars = $max:expr, example = $example:literal) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The longest value, in Unicode characters.
            pub const MAX_CHARS: usize = $max;

            /// The bare text, for SQL.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(value: String) -> Result<Self, Self::Error> {
                check(&value, Self::MAX_CHARS).map(|()| Self(value))
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Self::try_from(value.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .min_length(Some(1))
                    .max_length(Some(Self::MAX_CHARS))
                    .pattern(Some(PATTERN))
                    .description(Some(concat!($($doc),*).trim()))
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

/// [`check`]'s rule as a pattern for the API's description, without the length: no control characters, and at least one
/// character that is not white space. Its three parts begin with different characters, so a matcher never backtracks. The
/// characters are listed one by one, because `\s` means something else in every language.
const PATTERN: &str = concat!(
    r"^[ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*",
    r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"[^\u0000-\u001f\u007f-\u009f]*$"
);

text!(
    /// What something is called. 1 to 200 characters, not blank, no control characters.
    Name, max_chars = 200, example = "Café Central"
);
text!(
    /// A business's own reference for a customer, unique within the business. 1 to 200 characters, not blank, no control
    /// characters.
    ExternalId, max_chars = 200, example = "C-1042"
);
text!(
    /// A stock keeping unit, unique within the business. 1 to 100 characters, not blank, no control characters.
    Sku, max_chars = 100, example = "ESP-1KG"
);
text!(
    /// Why stock changed. 1 to 500 characters, not blank, no control characters.
    Reason, max_chars = 500, example = "delivery 4711"
);

fn check(value: &str, max_chars: usize) -> Result<(), String> {
    let chars = value.chars().count();
    if chars == 0 || chars > max_chars {
        return Err(format!("must have 1 to {max_chars} characters"));
    }
    if value.chars().all(char::is_whitespace) {
        return Err("must not be blank".to_owned());
    }
    if value.chars().any(char::is_control) {
        return Err("must not contain control characters".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Sku;

    #[test]
    fn a_text_is_neither_empty_nor_blank_nor_too_long_nor_full_of_controls() {
        assert!("A-1".parse::<Sku>().is_ok());
        for wrong in ["", "   ", "a\0b", "a\nb", &"x".repeat(101)] {
            assert!(wrong.parse::<Sku>().is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert!("é".repeat(100).parse::<Sku>().is_ok());
    }
}

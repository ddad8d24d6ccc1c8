//! Short texts that people type. They are kept as they came, bounded in length, and hold no character that misleads.
//!
//! - What *shows* ([`Name`], [`Reason`]) has something to see, and nothing that breaks the line or overrides its direction.
//! - What *identifies* ([`Sku`], [`ExternalId`], [`Unit`], [`KeyName`]) has visible characters only, with spaces between them. So two that
//!   look the same are the same, up to the letters of different scripts.
//!
//! The database has the same rules (`sql/migrations/0001_texts.sql`). It also compares: in Unicode's form NFC, so that
//! two spellings of one text are one sku.

use std::fmt::Write as _;

/// Some ranges of code points, both ends included.
type Ranges = &'static [(char, char)];

/// Control characters, line breaks, and what overrides the direction of the text around it.
const DISRUPTIVE: Ranges =
    &[('\0', '\u{1f}'), ('\u{7f}', '\u{9f}'), ('\u{2028}', '\u{202e}'), ('\u{2066}', '\u{2069}')];

/// What else cannot be seen: white space other than the space, what Unicode calls ignorable (zero-width characters among
/// them), the blank Braille pattern, and the marks of annotations. A test compares it with Unicode's own data.
///
/// A name may hold them beside something visible: emoji and Persian need joiners, French its narrow spaces.
const UNSEEN: Ranges = &[
    ('\u{a0}', '\u{a0}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{2000}', '\u{200f}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{2065}'),
    ('\u{206a}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

fn is_in(ranges: Ranges, character: char) -> bool {
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

fn is_disruptive(character: char) -> bool {
    is_in(DISRUPTIVE, character)
}

/// Whether it can be seen, and so tells one identifier from another. A space can, between others.
fn is_invisible(character: char) -> bool {
    is_disruptive(character) || is_in(UNSEEN, character)
}

/// What a text may hold.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Shows,
    Identifies,
}

impl Rule {
    /// Refuses a text with what is wrong with it.
    fn check(self, text: &str, max_chars: usize) -> Result<(), String> {
        let chars = text.chars().count();
        if chars == 0 || chars > max_chars {
            return Err(format!("must have 1 to {max_chars} characters"));
        }
        let found = |refused: fn(char) -> bool| text.chars().find(|character| refused(*character)).map(u32::from);
        match self {
            Self::Shows => {
                if let Some(code) = found(is_disruptive) {
                    return Err(format!(
                        "must not contain control characters, line breaks or overrides of the text's direction; it has U+{code:04X}"
                    ));
                }
                if text.chars().all(|character| character == ' ' || is_invisible(character)) {
                    return Err("must not be blank: it shows no visible character".to_owned());
                }
            }
            Self::Identifies => {
                if let Some(code) = found(is_invisible) {
                    return Err(format!(
                        "must not contain invisible characters, nor white space but the space; it has U+{code:04X}"
                    ));
                }
                if text.starts_with(' ') || text.ends_with(' ') {
                    return Err("must not begin or end with a space".to_owned());
                }
            }
        }
        Ok(())
    }

    /// The rule as a pattern for the API's description, without the length. In both patterns, what can follow begins with
    /// different characters, so a matcher does not try one text in many ways.
    fn pattern(self) -> String {
        let (disruptive, unseen) = (class(DISRUPTIVE), class(UNSEEN));
        match self {
            Self::Shows => format!("^[ {unseen}]*[^ {disruptive}{unseen}][^{disruptive}]*$"),
            Self::Identifies => {
                format!("^[^ {disruptive}{unseen}]([^{disruptive}{unseen}]*[^ {disruptive}{unseen}])?$")
            }
        }
    }
}

/// Ranges as the inside of a class of a regular expression. Each character is written out, because `\s` and `\p` mean something
/// else in every language. Beyond four digits no escape is understood everywhere, so these characters stand for themselves.
fn class(ranges: Ranges) -> String {
    ranges.iter().flat_map(|(first, last)| [*first, '-', *last]).fold(String::new(), |mut class, character| {
        let code = u32::from(character);
        if character == '-' || code > 0xffff {
            class.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(class, "\\u{code:04x}");
        }
        class
    })
}

macro_rules! text {
    ($(#[doc = $doc:literal])* $name:ident, $rule:ident, max_chars = $max:expr, example = $example:literal) => {
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
                Rule::$rule.check(&value, Self::MAX_CHARS).map(|()| Self(value))
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
                    .pattern(Some(Rule::$rule.pattern()))
                    .description(Some(concat!($($doc),*).trim()))
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

text!(
    /// What something is called. 1 to 200 characters, something visible among them, no control characters, line breaks or
    /// overrides of the text's direction.
    Name, Shows, max_chars = 200, example = "Café Central"
);
text!(
    /// What the other side calls it, such as the number of a bank transfer or of a purchase order. 1 to 200 characters, something
    /// visible among them, no control characters, line breaks or overrides of the text's direction.
    Reference, Shows, max_chars = 200, example = "Transfer 4711"
);
text!(
    /// A business's own reference for a customer, unique within the business. 1 to 200 visible characters, with spaces between
    /// them. Two spellings of one text in Unicode are the same reference.
    ExternalId, Identifies, max_chars = 200, example = "C-1042"
);
text!(
    /// A stock keeping unit, unique within the business. 1 to 100 visible characters, with spaces between them. Two spellings of
    /// one text in Unicode are the same unit.
    Sku, Identifies, max_chars = 100, example = "ESP-1KG"
);
text!(
    /// What one of a product is. 1 to 20 visible characters, with spaces between them.
    Unit, Identifies, max_chars = 20, example = "kg"
);
text!(
    /// What a key is for. 1 to 200 visible characters, with spaces between them.
    KeyName, Identifies, max_chars = 200, example = "checkout"
);
text!(
    /// Why stock changed. 1 to 500 characters, something visible among them, no control characters, line breaks or overrides of
    /// the text's direction.
    Reason, Shows, max_chars = 500, example = "delivery 4711"
);

#[cfg(test)]
mod tests {
    use icu_properties::{
        CodePointSetData,
        props::{DefaultIgnorableCodePoint, WhiteSpace},
    };

    use super::{DISRUPTIVE, Name, Sku, is_disruptive, is_in, is_invisible};

    /// Every character there is.
    fn characters() -> impl Iterator<Item = char> {
        '\0'..=char::MAX
    }

    #[test]
    fn what_cannot_be_seen_is_what_unicode_says_and_a_few_more() {
        let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        let white_space = CodePointSetData::new::<WhiteSpace>();
        // The blank Braille pattern, the marks of annotations.
        let more = |character: char| matches!(character, '\u{2800}' | '\u{fff9}'..='\u{fffb}');
        for character in characters().filter(|character| *character != ' ') {
            let expected = character.is_control()
                || ignorable.contains(character)
                || white_space.contains(character)
                || more(character);
            assert_eq!(is_invisible(character), expected, "U+{:04X}", u32::from(character));
        }
    }

    #[test]
    fn what_is_disruptive_is_a_control_a_line_break_or_an_override() {
        for character in characters() {
            let breaks = character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
            let overrides = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert_eq!(is_disruptive(character), breaks || overrides, "U+{:04X}", u32::from(character));
            assert!(is_invisible(character) || !is_in(DISRUPTIVE, character));
        }
    }

    #[test]
    fn a_text_is_neither_empty_nor_blank_nor_too_long_nor_full_of_controls() {
        assert!("A-1".parse::<Sku>().is_ok());
        for wrong in ["", "   ", "a\0b", "a\nb", &"x".repeat(101)] {
            assert!(wrong.parse::<Sku>().is_err(), "{wrong:?} was taken");
        }
        for wrong in ["", "   ", "\u{200b}", "\u{2800} ", "a\0b", "a\u{202e}b", "a\u{2028}b", &"x".repeat(201)] {
            assert!(wrong.parse::<Name>().is_err(), "{wrong:?} was taken");
        }
        for right in [" a ", "👩‍👩‍👧", "می‌خواهم", "12 000 €\u{a0}!"] {
            assert!(right.parse::<Name>().is_ok(), "{right:?} was refused");
        }
    }

    #[test]
    fn what_identifies_has_nothing_that_cannot_be_seen() {
        for right in ["S 1", "S  1", "é", "e\u{301}", "日本", "ß", "S-1/ü&x", "👍"] {
            assert!(right.parse::<Sku>().is_ok(), "{right:?} was refused");
        }
        for (wrong, why) in [
            (" S", "a space"),
            ("S ", "a space"),
            ("S\u{a0}1", "U+00A0"),
            ("S\u{200b}", "U+200B"),
            ("\u{feff}S", "U+FEFF"),
            ("S\u{202e}1", "U+202E"),
            ("S\t1", "U+0009"),
            ("S\u{ad}1", "U+00AD"),
            ("❤\u{fe0f}", "U+FE0F"),
            ("S\u{e0041}", "U+E0041"),
        ] {
            let refusal = wrong.parse::<Sku>().unwrap_err();
            assert!(refusal.starts_with("must not ") && refusal.contains(why), "{wrong:?}: {refusal}");
        }
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert!("é".repeat(100).parse::<Sku>().is_ok());
    }
}

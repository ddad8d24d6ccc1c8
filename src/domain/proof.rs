//! What proves a ledger entry and all entries before it. `docs/proofs.md` says how a hash is computed.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Type, schema::Schema},
};

use super::{BusinessId, CustomerId};

/// A SHA-256, as clients see it: 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; Self::BYTES]);

impl Hash {
    /// How long it is.
    pub const BYTES: usize = 32;

    /// The bytes, for SQL.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl From<[u8; Self::BYTES]> for Hash {
    fn from(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = &'static str;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self).map_err(|_| "must have 32 bytes")
    }
}

impl std::str::FromStr for Hash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const HINT: &str = "must be 64 lower-case hexadecimal digits";
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != Self::BYTES || !rest.is_empty() {
            return Err(HINT);
        }
        let mut bytes = [0; Self::BYTES];
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            let [Some(high), Some(low)] = pair.map(digit) else { return Err(HINT) };
            *byte = (high << 4) | low;
        }
        Ok(Self(bytes))
    }
}

/// The value of a hexadecimal digit.
const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [0; 2 * Self::BYTES];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            let digits = [byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]);
            pair.copy_from_slice(&digits);
        }
        std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Hash {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A SHA-256, in lower-case hexadecimal digits."))
            .pattern(Some("^[0-9a-f]{64}$"))
            .examples(["9a4cb7ad951faca1f437dc754646c71938a7ad889a2c5bd2be49348e2fa82453"])
            .into()
    }
}

impl ToSchema for Hash {}

/// What proves a customer's ledger up to an entry. Keep it outside the database: whoever changes, removes or inserts an entry up to
/// this one later cannot make the hash come out the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Proof {
    /// The entry's number in the customer's ledger, from 1.
    #[schema(minimum = 1, examples(7))]
    pub entry_no: i64,
    /// The entry's hash, which covers the entry and the hash of the entry before it.
    pub hash: Hash,
}

/// The proof of a customer's whole ledger: that of its last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerHead {
    /// The business.
    pub business_id: BusinessId,
    /// The customer.
    pub customer_id: CustomerId,
    /// The number of the customer's last entry, from 1.
    #[schema(minimum = 1, examples(7))]
    pub entry_no: i64,
    /// Its hash.
    pub hash: Hash,
}

/// What ends a list of heads. A list without it was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeadsDigest {
    /// How many lines there are before this one.
    #[schema(minimum = 0, examples(2_000))]
    pub count: u64,
    /// The SHA-256 of these lines, each with the line feed that ends it.
    pub sha256: Hash,
}

#[cfg(test)]
mod tests {
    use super::Hash;

    #[test]
    fn a_hash_is_64_lower_case_digits_there_and_back() {
        let text = "00ff4cb7ad951faca1f437dc754646c71938a7ad889a2c5bd2be49348e2fa824";
        let hash: Hash = text.parse().unwrap();
        assert_eq!((hash.bytes()[0], hash.bytes()[1], hash.bytes()[31]), (0, 255, 0x24));
        assert_eq!(serde_json::to_value(hash).unwrap(), text);
        for wrong in ["", &text[1..], &text[2..], &format!("{text}00"), &text.to_uppercase(), &text.replace("4c", "4g")]
        {
            assert!(wrong.parse::<Hash>().is_err(), "{wrong} was taken");
        }
    }
}

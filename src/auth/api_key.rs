//! API keys: `tally_<business>_<prefix>_<secret>`.
//!
//! - `<business>`: the business's id as 32 hexadecimal digits, so that the key is looked up inside its own tenant;
//! - `<prefix>`: 12 letters and digits, the key's public name, stored and shown;
//! - `<secret>`: 43 letters and digits, 256 bits. A cryptographic generator makes them. The operating system seeds it anew,
//!   with 256 bits, for every key.
//!
//! Only the SHA-256 of the whole key is stored. A slow hash would add nothing, because nobody can guess 256 random bits.

use std::fmt;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use rand::{
    SeedableRng,
    distr::{Alphanumeric, SampleString},
    rngs::{StdRng, SysRng},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    domain::{ApiKeyId, BusinessId, Scope},
    error::{Error, Result},
};

const START: &str = "tally_";
const BUSINESS_CHARS: usize = 32;
const PREFIX_CHARS: usize = 12;
const SECRET_CHARS: usize = 43;

/// The length of a key, in characters.
pub const KEY_CHARS: usize = START.len() + BUSINESS_CHARS + 1 + PREFIX_CHARS + 1 + SECRET_CHARS;

/// The SHA-256 of a whole key.
pub type KeyHash = [u8; 32];

/// Hashes a whole key.
#[must_use]
pub fn hash(key: &str) -> KeyHash {
    Sha256::digest(key).into()
}

/// A new key. `plain` is shown once and not stored.
pub struct GeneratedKey {
    /// The whole key, for its owner only.
    pub plain: String,
    /// The key's public name, to store and show.
    pub prefix: String,
    /// What to store in place of the key.
    pub hash: KeyHash,
}

impl GeneratedKey {
    /// Makes a key for a business. Fails only if the operating system has no randomness to give.
    pub fn generate(business_id: BusinessId) -> Result<Self> {
        let mut generator = StdRng::try_from_rng(&mut SysRng).map_err(Error::internal)?;
        let [prefix, secret] =
            [PREFIX_CHARS, SECRET_CHARS].map(|chars| Alphanumeric.sample_string(&mut generator, chars));
        let plain = format!("{START}{}_{prefix}_{secret}", business_id.uuid().simple());
        let hash = hash(&plain);
        Ok(Self { plain, prefix, hash })
    }
}

impl fmt::Debug for GeneratedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GeneratedKey").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// A key of the right form. Only the store knows whether it is valid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ParsedKey<'a> {
    /// The business that the key claims to belong to.
    pub business_id: BusinessId,
    /// The key's public name.
    pub prefix: &'a str,
    /// The SHA-256 of the whole key.
    pub hash: KeyHash,
}

impl<'a> ParsedKey<'a> {
    /// Whether a credential is meant to be an API key, and not a token.
    #[must_use]
    pub fn is_meant(credential: &str) -> bool {
        credential.starts_with(START)
    }

    /// Reads a key. Text of another form is refused here, before it costs a look-up.
    #[must_use]
    pub fn parse(key: &'a str) -> Option<Self> {
        if key.len() != KEY_CHARS || !key.is_ascii() {
            return None;
        }
        let (business, rest) = key.strip_prefix(START)?.split_at(BUSINESS_CHARS);
        let (prefix, secret) = rest.strip_prefix('_')?.split_at(PREFIX_CHARS);
        let secret = secret.strip_prefix('_')?;
        let alphanumeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !alphanumeric(business) || !alphanumeric(prefix) || !alphanumeric(secret) {
            return None;
        }
        let business_id = BusinessId::from(Uuid::try_parse(business).ok()?);
        Some(Self { business_id, prefix, hash: hash(key) })
    }
}

impl fmt::Debug for ParsedKey<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ParsedKey")
            .field("business_id", &self.business_id)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// What the store knows about a key that is neither revoked nor expired.
#[derive(Clone)]
pub struct StoredKey {
    /// The key's id.
    pub id: ApiKeyId,
    /// The SHA-256 of the whole key.
    pub hash: KeyHash,
    /// What the key allows.
    pub scopes: Vec<Scope>,
    /// When the key expires; `None` for never.
    pub expires_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoredKey")
            .field("id", &self.id)
            .field("scopes", &self.scopes)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Where keys are kept.
pub trait KeyStore: Send + Sync + 'static {
    /// Finds a business's key by its public name; `None` if there is none, or it is revoked or expired.
    fn find<'a>(&'a self, business_id: BusinessId, prefix: &'a str) -> BoxFuture<'a, Result<Option<StoredKey>>>;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{GeneratedKey, KEY_CHARS, ParsedKey, SECRET_CHARS, hash};
    use crate::domain::BusinessId;

    #[test]
    fn a_generated_key_names_its_business_and_its_prefix() {
        let business_id = BusinessId::new();
        let key = GeneratedKey::generate(business_id).unwrap();
        let parsed = ParsedKey::parse(&key.plain).unwrap();
        assert_eq!(parsed.business_id, business_id);
        assert_eq!(parsed.prefix, key.prefix);
        assert_eq!(parsed.hash, key.hash);
        assert_eq!(key.hash, hash(&key.plain));
        assert_eq!(key.plain.len(), KEY_CHARS);
    }

    #[test]
    fn no_two_keys_are_alike() {
        let business_id = BusinessId::new();
        let [first, second] = [(); 2].map(|()| GeneratedKey::generate(business_id).unwrap());
        assert_ne!(first.prefix, second.prefix);
        assert_ne!(first.plain, second.plain);
    }

    /// With 43,000 letters each of the 62 comes 694 times, give or take 26: twice as often, or half, is no chance.
    #[test]
    fn every_letter_and_digit_is_as_likely_as_another() {
        let mut counts = BTreeMap::<u8, u32>::new();
        for _ in 0..1_000 {
            let key = GeneratedKey::generate(BusinessId::new()).unwrap().plain;
            for letter in &key.as_bytes()[KEY_CHARS - SECRET_CHARS..] {
                *counts.entry(*letter).or_default() += 1;
            }
        }
        assert_eq!(counts.len(), 62);
        assert!(counts.values().all(|count| (500..900).contains(count)), "{counts:?}");
    }

    #[test]
    fn what_does_not_look_like_a_key_is_refused_before_any_look_up() {
        let good = GeneratedKey::generate(BusinessId::new()).unwrap().plain;
        let with = |at: usize, byte: &str| format!("{}{byte}{}", &good[..at], &good[at + 1..]);
        let wrong = [
            String::new(),
            "tally_".to_owned(),
            good[..KEY_CHARS - 1].to_owned(),
            format!("{good}0"),
            with(0, "T"),
            with(10, "g"),
            with(10, "-"),
            with(38, "-"),
            with(40, "_"),
            with(51, "0"),
            with(60, "'"),
            format!("{}é", &good[..KEY_CHARS - 2]),
        ];
        for key in wrong {
            assert!(ParsedKey::parse(&key).is_none(), "{key:?} was taken");
        }
    }

    #[test]
    fn printing_a_key_for_debugging_shows_no_secret() {
        let key = GeneratedKey::generate(BusinessId::new()).unwrap();
        let secret = &key.plain[KEY_CHARS - SECRET_CHARS..];
        let printed = format!("{key:?} {:?}", ParsedKey::parse(&key.plain).unwrap());
        assert!(!printed.contains(secret) && printed.contains(&key.prefix), "{printed}");
    }
}

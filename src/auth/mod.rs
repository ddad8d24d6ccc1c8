//! Who is calling, and what the caller may do.
//!
//! - A business's clients send an API key ([`api_key`]) or a JSON Web Token ([`jwt`]). Both name their business, so every
//!   look-up runs as that tenant, under row level security.
//! - The operator sends the admin token ([`AdminToken`]).
//!
//! Every failure is the same [`Error::Unauthenticated`] with the same words, so that an answer does not tell a wrong key
//! from an expired one. The reason goes to the debug log, without the credential. Nothing here knows HTTP or SQL.

pub mod api_key;
pub mod jwks;
pub mod jwt;

mod admin_token;
mod attempts;
mod authenticator;
mod key_cache;
#[cfg(test)]
mod properties;
mod scope_claims;

pub use admin_token::AdminToken;
pub use api_key::{GeneratedKey, KeyStore, ParsedKey, StoredKey};
pub use attempts::Origin;
pub use authenticator::Authenticator;
pub use jwt::{JwtSettings, JwtVerifier};
pub use key_cache::KeyCacheSettings;

use crate::{
    domain::{Actor, BusinessId, Scope},
    error::{Error, Result},
};

/// The one answer to every credential that does not work.
pub const UNAUTHENTICATED: Error =
    Error::Unauthenticated("send valid credentials as Authorization: Bearer, an API key or a token");

/// A caller that proved that it acts for a business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The business that the caller acts for.
    pub business_id: BusinessId,
    /// What the caller may do there.
    pub scopes: Scopes,
    /// Whom the records name for what the caller changes.
    pub actor: Actor,
}

impl Caller {
    /// Refuses a caller that lacks a scope.
    pub fn require(&self, scope: Scope) -> Result<()> {
        match (self.scopes.contains(scope), scope) {
            (true, _) => Ok(()),
            (false, Scope::Read) => Err(Error::Forbidden("these credentials lack the scope read")),
            (false, Scope::Write) => Err(Error::Forbidden("these credentials lack the scope write")),
            (false, Scope::Price) => Err(Error::Forbidden(Error::LACKS_PRICE)),
            (false, Scope::Adjust) => Err(Error::Forbidden(Error::LACKS_ADJUST)),
        }
    }
}

/// A set of [`Scope`]s: a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// What is allowed if nobody says otherwise: [`Scope::USUAL`].
    pub const USUAL: Self = Self(bit(Scope::Read) | bit(Scope::Write));

    /// Whether a scope is in the set.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & bit(scope) != 0
    }

    /// The scopes that are in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

const fn bit(scope: Scope) -> u8 {
    1 << scope as u8
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | bit(scope)))
    }
}

//! What the scope claims of a token allow. The database reads the claims of a Supabase user by the same rule
//! (`sql/functions/claims_allow.sql`), and one table of cases in `tests/http/scopes.rs` holds both to it.
//!
//! - The claims `scope`, `scopes` and `scp` count, at the top level and under `app_metadata`. Each is a text of names with spaces
//!   between them (RFC 8693), or a list of names. A claim of another form makes the token unreadable.
//! - A claim in which no name contains `read`, `write`, `price` or `adjust`, whatever their case, says nothing of our scopes, and
//!   is as if it were not there: `openid profile email`. So `READ` or `orders:read` is no foreign scope. It allows nothing, which is the safe
//!   way to be mistaken.
//! - Any other claim allows the scopes that it names. Several claims allow what each of them allows.
//! - Without any claim a token has the scopes `read` and `write`. It does not have `price` or `adjust`: whoever sets prices or
//!   adjusts accounts has a claim that says so.

use serde::Deserialize;

use super::Scopes;
use crate::domain::Scope;

/// One scope claim, in either form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum ScopeClaim {
    Text(String),
    List(Vec<String>),
}

impl ScopeClaim {
    /// `None` if it says nothing of our scopes.
    fn allows(&self) -> Option<Scopes> {
        match self {
            Self::Text(names) => named(names.split(' ')),
            Self::List(names) => named(names.iter().map(String::as_str)),
        }
    }
}

/// What a token with these claims may do.
pub(super) fn allowed<'a>(claims: impl IntoIterator<Item = &'a Option<ScopeClaim>>) -> Scopes {
    claims.into_iter().flatten().filter_map(ScopeClaim::allows).reduce(Scopes::and).unwrap_or(Scopes::USUAL)
}

fn named<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<Scopes> {
    names.clone().any(is_about_ours).then(|| names.filter_map(|name| name.parse::<Scope>().ok()).collect())
}

/// Whether a name may be meant to allow or forbid one of our scopes.
fn is_about_ours(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    Scope::ALL.iter().any(|scope| name.contains(scope.as_str()))
}

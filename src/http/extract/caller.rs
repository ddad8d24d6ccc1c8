//! The caller, with the scope that the route needs: `Reader(caller)` to look, `Writer(caller)` to change, `Adjuster(caller)` to
//! correct what was recorded.
//!
//! There is no extractor without a scope, so no route can forget to ask for one.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use super::RequestContext;
use crate::{
    auth::Caller,
    domain::Scope,
    error::Result,
    http::{error::HttpError, middleware::declared_queries::refuse_waiting, state::AppState},
};

/// A caller that may look at its business's data.
#[derive(Debug, Clone)]
pub struct Reader(pub Caller);

/// A caller that may buy, pay and change its business's data.
#[derive(Debug, Clone)]
pub struct Writer(pub Caller);

/// A caller that may correct what was recorded: it has the scopes `write` and `adjust`.
#[derive(Debug, Clone)]
pub struct Adjuster(pub Caller);

impl FromRequestParts<AppState> for Reader {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, HttpError> {
        authenticate(parts, state, Scope::Read).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Writer {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, HttpError> {
        authenticate(parts, state, Scope::Write).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Adjuster {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, HttpError> {
        let caller = authenticate(parts, state, Scope::Write).await?;
        caller.require(Scope::Adjust)?;
        Ok(Self(caller))
    }
}

async fn authenticate(parts: &Parts, state: &AppState, scope: Scope) -> Result<Caller, HttpError> {
    let credential = bearer(&parts.headers).ok_or_else(|| state.authenticator.missing())?;
    let caller = state.authenticator.authenticate(credential, state.trusted_proxies.origin(parts)).await?;
    if let Some(context) = parts.extensions.get::<RequestContext>() {
        context.set_business_id(caller.business_id);
    }
    // The rate is checked before the scope, so that requests with the wrong scope use up the rate too.
    state.rate_limiter.check(caller.business_id).inspect_err(|_| state.metrics.rate_limited())?;
    caller.require(scope)?;
    refuse_waiting(&parts.extensions)?;
    Ok(caller)
}

/// The credential of the one `Authorization: Bearer` header. Two headers hold none, because it is unclear which one counts.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, credential) = value.to_str().ok()?.split_once(' ')?;
    let credential = credential.trim_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !credential.is_empty()).then_some(credential)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::bearer;

    fn from(values: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("authorization", HeaderValue::from_static(value));
        }
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn the_credential_follows_the_scheme_whatever_its_case() {
        assert_eq!(from(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(from(&["bEARER  abc "]).as_deref(), Some("abc"));
    }

    #[test]
    fn no_header_another_scheme_and_two_headers_hold_no_credential() {
        for wrong in [&[][..], &["abc"], &["Bearer"], &["Bearer "], &["Basic abc"], &["Bearer abc", "Bearer abc"]] {
            assert_eq!(from(wrong), None, "{wrong:?} was taken");
        }
    }
}

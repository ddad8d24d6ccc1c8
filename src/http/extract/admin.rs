//! The operator, for the platform routes.

use axum::{extract::FromRequestParts, http::request::Parts};

use super::caller::bearer;
use crate::{
    error::Result,
    http::{error::HttpError, middleware::declared_queries::refuse_waiting, state::AppState},
};

/// A caller with the admin token. If the server has no admin token, platform routes answer as if they did not exist.
#[derive(Debug, Clone, Copy)]
pub struct Admin;

impl FromRequestParts<AppState> for Admin {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, HttpError> {
        if !state.authenticator.has_platform() {
            return Err(HttpError::RouteNotFound);
        }
        let credential = bearer(&parts.headers).ok_or_else(|| state.authenticator.missing())?;
        state.authenticator.authenticate_admin(credential, state.trusted_proxies.origin(parts)).await?;
        refuse_waiting(&parts.extensions)?;
        Ok(Self)
    }
}

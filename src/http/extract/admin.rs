//! The operator, for the platform routes.

use axum::{extract::FromRequestParts, http::request::Parts};

use super::caller::bearer;
use crate::{
    error::{Entity, Error, Result},
    http::state::AppState,
};

/// Whoever holds the admin token. Without one configured, platform routes answer as if they did not exist.
#[derive(Debug, Clone, Copy)]
pub struct Admin;

impl FromRequestParts<AppState> for Admin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        if !state.authenticator.has_platform() {
            return Err(Error::NotFound(Entity::Route));
        }
        let credential = bearer(&parts.headers).ok_or_else(|| state.authenticator.missing())?;
        state.authenticator.authenticate_admin(credential).await?;
        Ok(Self)
    }
}

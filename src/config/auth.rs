//! Which credentials to accept.

use std::{num::NonZeroU32, time::Duration};

use anyhow::{bail, ensure};
use clap::Args;

use super::{
    Secret,
    duration::{parse_duration, parse_timeout},
};
use crate::auth::{
    AdminToken, JwtSettings, KeyCacheSettings,
    jwks::{JwksSettings, JwksSource},
    jwt::{JwksAlgorithm, JwtSignature},
};

/// The fewest characters of an admin token. It opens every business, and nothing slows down whoever guesses it.
pub const ADMIN_TOKEN_LENGTH: usize = 32;

/// Who may call.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Authentication")]
pub struct AuthArgs {
    /// The operator's token, for the platform routes: at least 32 characters; without it there are no such routes
    #[arg(long, env = "TALLYSTICK_ADMIN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub admin_token: Option<Secret>,
    /// How long an API key stays good without asking the database again; 0 asks every time
    #[arg(long, env = "TALLYSTICK_API_KEY_CACHE_TTL", default_value = "5s", value_name = "TIME", value_parser = parse_duration)]
    pub api_key_cache_ttl: Duration,
    /// How many credentials that do not work one address may send in a minute before it is answered 429; 0 is no limit
    #[arg(long, env = "TALLYSTICK_FAILED_CREDENTIALS_PER_MINUTE", default_value = "60", value_name = "N")]
    pub failed_credentials_per_minute: u32,
    /// The secret that JSON Web Tokens are signed with, for HS256: at least 32 bytes
    #[arg(long, env = "TALLYSTICK_JWT_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub jwt_secret: Option<Secret>,
    /// The key set that JSON Web Tokens are verified with: an https address, or a file
    #[arg(long, env = "TALLYSTICK_JWT_JWKS", hide_env_values = true, value_name = "URL|FILE")]
    pub jwt_jwks: Option<Secret>,
    /// The one algorithm that is accepted with a key set
    #[arg(long, env = "TALLYSTICK_JWT_ALGORITHM", value_name = "ALGORITHM", ignore_case = true)]
    pub jwt_algorithm: Option<JwksAlgorithm>,
    /// The least time between two fetches of the key set
    #[arg(long, env = "TALLYSTICK_JWT_JWKS_REFRESH", default_value = "30s", value_name = "TIME", value_parser = parse_timeout)]
    pub jwt_jwks_refresh: Duration,
    /// The issuer (`iss`) that a token must have
    #[arg(long, env = "TALLYSTICK_JWT_ISSUER", value_name = "TEXT")]
    pub jwt_issuer: Option<String>,
    /// The audience (`aud`) that a token must have
    #[arg(long, env = "TALLYSTICK_JWT_AUDIENCE", value_name = "TEXT")]
    pub jwt_audience: Option<String>,
}

impl AuthArgs {
    /// The admin token, if one is set and not empty.
    #[must_use]
    pub fn admin_token(&self) -> Option<AdminToken> {
        self.admin_token.as_ref().filter(|token| !token.is_empty()).map(|token| AdminToken::new(token.expose()))
    }

    /// How long API keys are remembered.
    #[must_use]
    pub fn key_cache(&self) -> KeyCacheSettings {
        KeyCacheSettings { time_to_live: self.api_key_cache_ttl, ..KeyCacheSettings::default() }
    }

    /// How often an address may fail to authenticate in a minute, if that is limited.
    #[must_use]
    pub fn failures_per_minute(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.failed_credentials_per_minute)
    }

    /// Which tokens to accept, if any.
    pub fn jwt(&self) -> anyhow::Result<Option<JwtSettings>> {
        let secret = self.jwt_secret.as_ref().filter(|secret| !secret.is_empty());
        let jwks = self.jwt_jwks.as_ref().map(Secret::expose).filter(|jwks| !jwks.is_empty());
        let signature = match (secret, jwks) {
            (None, None) => {
                let rest = given(self.jwt_issuer.as_ref()).is_some() || given(self.jwt_audience.as_ref()).is_some();
                ensure!(!rest, "--jwt-issuer and --jwt-audience need --jwt-secret or --jwt-jwks");
                return Ok(None);
            }
            (Some(_), Some(_)) => bail!("--jwt-secret and --jwt-jwks exclude each other: tokens are signed in one way"),
            (Some(secret), None) => {
                ensure!(self.jwt_algorithm.is_none(), "--jwt-algorithm goes with --jwt-jwks; a secret means HS256");
                JwtSignature::Secret(secret.expose().to_owned())
            }
            (None, Some(jwks)) => self.jwks(jwks)?,
        };
        let (Some(issuer), Some(audience)) = (given(self.jwt_issuer.as_ref()), given(self.jwt_audience.as_ref()))
        else {
            bail!(
                "JSON Web Tokens need --jwt-issuer and --jwt-audience: a token made for somebody else must not work here"
            )
        };
        Ok(Some(JwtSettings { signature, issuer: issuer.to_owned(), audience: audience.to_owned() }))
    }

    fn jwks(&self, source: &str) -> anyhow::Result<JwtSignature> {
        let source: JwksSource = source.parse().map_err(|hint| anyhow::anyhow!("--jwt-jwks {hint}"))?;
        let Some(algorithm) = self.jwt_algorithm else {
            bail!("--jwt-jwks needs --jwt-algorithm (RS256, ES256 or EdDSA): a token must not choose it")
        };
        let (min_refresh_interval, max_age) = (self.jwt_jwks_refresh, JwksSettings::MAX_AGE);
        let settings = JwksSettings { source, min_refresh_interval, max_age };
        Ok(JwtSignature::Jwks { settings, algorithm })
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        if let Some(token) = self.admin_token.as_ref().filter(|token| !token.is_empty()) {
            let sendable = token.expose().bytes().all(|byte| byte.is_ascii_graphic());
            ensure!(sendable, "--admin-token must be visible ASCII characters, or no header can carry it");
            let length = token.expose().len();
            ensure!(
                length >= ADMIN_TOKEN_LENGTH,
                "--admin-token (TALLYSTICK_ADMIN_TOKEN) has {length} characters, and needs at least {ADMIN_TOKEN_LENGTH}: \
                 whoever guesses it has every business. `openssl rand -hex 32` makes a good one"
            );
        }
        self.jwt().map(drop)
    }
}

/// An empty setting counts as not set.
fn given(setting: Option<&String>) -> Option<&str> {
    setting.map(String::as_str).filter(|setting| !setting.is_empty())
}

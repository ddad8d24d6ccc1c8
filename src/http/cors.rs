//! Cross-origin requests: which web pages may call the API from a browser. None, unless the operator names their origins.
//!
//! A page sends its credential in `Authorization`, as every client does. Nothing here concerns cookies, which no route reads.

use std::{str::FromStr, time::Duration};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::from_fn_with_state,
};
use tower_http::cors::{AllowOrigin, CorsLayer};
use url::Url;

use super::{extract::REQUEST_ID, layers, routes::IDEMPOTENT_REPLAYED, state::AppState};

/// How long a browser may remember the answer to a preflight.
const MAX_AGE: Duration = Duration::from_hours(1);
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The origins whose pages may call the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CorsOrigins {
    /// None: the answers have no header for them, so no browser shows one to a page of another origin.
    #[default]
    None,
    /// These.
    Listed(Vec<HeaderValue>),
    /// All.
    Any,
}

impl FromStr for CorsOrigins {
    type Err = String;

    /// Reads origins with commas between them, as in `https://shop.example,http://localhost:3000`; or `*`; or nothing.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "" => Ok(Self::None),
            "*" => Ok(Self::Any),
            list => list.split(',').map(|origin| parse(origin.trim())).collect::<Result<_, _>>().map(Self::Listed),
        }
    }
}

/// An origin as browsers send it: a scheme, a host, and a port that is not the scheme's own. Nothing else would ever match.
fn parse(origin: &str) -> Result<HeaderValue, String> {
    let refused = |hint: String| format!("{origin:?} is no origin{hint}");
    let url = Url::parse(origin).map_err(|_| refused(", such as https://shop.example".to_owned()))?;
    let exact = url.origin().ascii_serialization();
    if !["http", "https"].contains(&url.scheme()) || exact != origin {
        return Err(refused(if exact == "null" { String::new() } else { format!("; did you mean {exact}?") }));
    }
    HeaderValue::from_str(&exact).map_err(|_| refused(String::new()))
}

/// Lets pages of these origins call the routes. It goes around everything else, so that errors are readable, too, and
/// preflights need no credentials. It answers every `OPTIONS` itself, so the headers and the log line of an answer come from
/// outside of it.
pub fn allow(routes: Router, origins: &CorsOrigins, state: AppState) -> Router {
    let allowed = match origins {
        CorsOrigins::None => return routes,
        CorsOrigins::Listed(origins) => AllowOrigin::list(origins.iter().cloned()),
        CorsOrigins::Any => AllowOrigin::any(),
    };
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            IDEMPOTENCY_KEY,
            REQUEST_ID,
            TRACEPARENT,
        ])
        .expose_headers([
            header::ALLOW,
            header::ETAG,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            IDEMPOTENT_REPLAYED,
            REQUEST_ID,
        ])
        .max_age(MAX_AGE);
    routes.layer(layer).layer(from_fn_with_state(state, layers::around_options))
}

#[cfg(test)]
mod tests {
    use super::{CorsOrigins, HeaderValue};

    #[test]
    fn origins_are_read_as_browsers_send_them() {
        assert_eq!("".parse(), Ok(CorsOrigins::None));
        assert_eq!("*".parse(), Ok(CorsOrigins::Any));
        let two: CorsOrigins = "https://shop.example, http://localhost:3000".parse().unwrap();
        assert_eq!(
            two,
            CorsOrigins::Listed(vec![
                HeaderValue::from_static("https://shop.example"),
                HeaderValue::from_static("http://localhost:3000"),
            ])
        );
    }

    #[test]
    fn what_no_browser_would_send_is_refused_with_what_was_meant() {
        for wrong in
            ["shop.example", "null", "https://", "ftp://shop.example", "https://a.example,,https://b.example", "*,*"]
        {
            assert!(wrong.parse::<CorsOrigins>().is_err(), "{wrong}");
        }
        for (wrong, right) in [
            ("https://shop.example/", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("https://Shop.example", "https://shop.example"),
            ("https://user@shop.example/path?x", "https://shop.example"),
        ] {
            let refused = wrong.parse::<CorsOrigins>().unwrap_err();
            assert!(refused.contains(&format!("did you mean {right}?")), "{refused}");
        }
    }
}

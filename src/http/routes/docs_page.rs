//! The page at `/docs` that shows the description of the API. It asks nobody else for anything.
//!
//! Its files are part of the program, and are sent from where they are: a client that does not read them costs no copy.

use std::{borrow::Cow, sync::Arc};

use anyhow::anyhow;
use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use bytes::Bytes;
use utoipa_swagger_ui::{Config, serve};

use super::operations::with_type;
use crate::{
    error::Error,
    http::{error::HttpError, memory::SharedBody, state::AppState},
};

/// The page may load only what comes from this server. It is its author's code, so the browser enforces that.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
);

/// A browser may keep the files for a while. They change only with a release.
const MAY_BE_KEPT: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// The one file that is made at run time.
const INITIALIZER: &str = "swagger-initializer.js";

/// The page and its files.
pub fn router() -> Router<AppState> {
    // By default, the page sends the description to its author's validator.
    let config = Arc::new(Config::new(["/openapi.json"]).validator_url("none"));
    let initializer = serve(INITIALIZER, Arc::clone(&config)).ok().flatten().map(|file| file.bytes.into_owned().into());
    let page = {
        let config = Arc::clone(&config);
        async move || file("index.html", &config)
    };
    let files = async move |Path(name): Path<String>| match &initializer {
        Some(initializer) if name == INITIALIZER => Ok(answer("text/javascript", Bytes::clone(initializer))),
        _ => file(&name, &config),
    };
    Router::new()
        .route("/docs", get(async || Redirect::to("/docs/")))
        .route("/docs/", get(page))
        .route("/docs/{file}", get(files))
}

fn file(name: &str, config: &Arc<Config<'static>>) -> Result<Response, HttpError> {
    let file = serve(name, Arc::clone(config)).map_err(|error| Error::internal(anyhow!("{name}: {error}")))?;
    let file = file.ok_or(HttpError::RouteNotFound)?;
    let bytes = match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    Ok(answer(&file.content_type, bytes))
}

fn answer(media_type: &str, bytes: Bytes) -> Response {
    let Ok(media_type) = HeaderValue::from_str(media_type) else {
        return Error::internal(anyhow!("no media type: {media_type}")).into_response();
    };
    let mut response = with_type(media_type, bytes);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response.headers_mut().insert(header::CACHE_CONTROL, MAY_BE_KEPT);
    response.extensions_mut().insert(SharedBody);
    response
}

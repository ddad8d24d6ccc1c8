//! A JSON body. It is read within bounds and parsed once; where it is wrong, the answer says where and why.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

use utoipa::PartialSchema;

use super::{RequestContext, all_faults::all_faults, objects_only::ObjectsOnly};
use crate::{
    error::{Error, Result},
    http::{
        error::HttpError,
        memory::{Held, SMALL_BYTES},
        state::{AppState, RequestLimits},
    },
};

/// A JSON body, in or out.
///
/// A body that is not JSON is refused as `invalid_json`. JSON of the wrong shape is refused as `invalid_request`, with a
/// pointer to every fault. The example in the type's description helps to find them.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + PartialSchema> FromRequest<AppState> for Json<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, HttpError> {
        if !is_json(request.headers()) {
            return Err(HttpError::UnsupportedMediaType);
        }
        if is_encoded(request.headers()) {
            return Err(HttpError::ContentEncoded);
        }
        let business_id = request.extensions().get::<RequestContext>().and_then(RequestContext::business_id);
        let body = read(request.into_body(), &state.limits, state.memory.of(business_id)).await?;
        parse(&body).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let mut response = Response::new(Body::from(body));
                response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
            Err(error) => Error::internal(error).into_response(),
        }
    }
}

/// Whether the type is `application/json`, without a charset or with UTF-8, the only one that JSON has.
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let mut parts = value.split(';').map(str::trim);
    parts.next().is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"))
        && parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
}

/// Whether the body is compressed. `identity` says that it is not.
fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

async fn read(body: Body, limits: &RequestLimits, held: Held) -> Result<Bytes, HttpError> {
    let reading = read_up_to(body, limits.body_limit_bytes, held);
    tokio::time::timeout(limits.body_read_timeout, reading).await.map_err(|_| HttpError::RequestTimeout)?
}

/// Most bodies arrive in one piece. That piece is returned as it is, without a copy.
async fn read_up_to(mut body: Body, limit_bytes: usize, mut held: Held) -> Result<Bytes, HttpError> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| HttpError::InvalidHttp { detail: "its body is broken, or ends early" })?;
        let Ok(data) = frame.into_data() else { continue };
        let bytes = first.len().max(whole.len()) + data.len();
        if bytes > limit_bytes {
            return Err(HttpError::BodyTooLarge { limit_bytes });
        }
        if bytes > SMALL_BYTES {
            held.grow(bytes)?;
        }
        if first.is_empty() && whole.is_empty() {
            first = data;
            continue;
        }
        if whole.is_empty() {
            whole.extend_from_slice(&std::mem::take(&mut first));
        }
        whole.extend_from_slice(&data);
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

/// Parses a good body once, without keeping track of the place in it. Only a bad body is parsed again, to say where it is
/// wrong, and why.
pub(super) fn parse<T: DeserializeOwned + PartialSchema>(body: &[u8]) -> Result<T, HttpError> {
    let Ok(text) = std::str::from_utf8(body) else {
        return Err(HttpError::InvalidJson { detail: "it is not UTF-8".to_owned() });
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    if let Ok(value) = T::deserialize(ObjectsOnly(&mut deserializer))
        && deserializer.end().is_ok()
    {
        return Ok(value);
    }
    if text.trim_ascii().is_empty() {
        return Err(HttpError::InvalidJson { detail: "it is empty".to_owned() });
    }
    // A body that follows JSON's grammar to its end is JSON, whatever else is wrong with it. `IgnoredAny` does not recurse.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(HttpError::InvalidJson { detail: error.to_string() });
    }
    Err(Error::InvalidRequest(all_faults::<T>(text)).into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{
        body::Body,
        http::{HeaderMap, HeaderValue},
    };
    use bytes::Bytes;
    use serde::Deserialize;
    use utoipa::ToSchema;

    use super::{is_json, parse, read_up_to};
    use crate::{
        error::Error,
        http::{error::HttpError, memory::ClientMemory},
    };

    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Point {
        x: i64,
    }

    #[test]
    fn what_breaks_the_grammar_is_not_json() {
        for wrong in [
            &b""[..],
            b"  \n",
            b"{",
            b"{\"x\":1}}",
            b"{\"x\":1} 2",
            b"{\"x\":01}",
            b"{\"x\":\"a\",",
            b"{'x':1}",
            b"\xff",
            b"\xef\xbb\xbf{\"x\":1}",
            b"NaN",
            b"{\"x\":1,}",
            b"{\"x\":\"1\"} trailing",
        ] {
            let refused = parse::<Point>(wrong);
            assert!(matches!(refused, Err(HttpError::InvalidJson { .. })), "{wrong:?} gave {refused:?}");
        }
    }

    #[test]
    fn what_has_the_wrong_shape_is_still_json() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let deep_inside = format!("{{\"x\": {deep}}}");
        for wrong in ["{}", "[]", "null", "{\"x\":1e999}", "{\"x\":\"\\ud800\"}", "{\"y\":1}", &deep, &deep_inside] {
            let refused = parse::<Point>(wrong.as_bytes());
            assert!(
                matches!(refused, Err(HttpError::Operation(Error::InvalidRequest(_)))),
                "{} gave {refused:?}",
                &wrong[..wrong.len().min(40)]
            );
        }
        assert_eq!(parse::<Point>(b" {\"x\": 7} ").unwrap().x, 7);
    }

    #[test]
    fn only_json_in_utf_8_is_a_json_body() {
        let accepts = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", HeaderValue::from_static(value));
            is_json(&headers)
        };
        for right in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
        ] {
            assert!(accepts(right), "{right} was refused");
        }
        for wrong in
            ["text/plain", "application/jsonp", "application/json; charset=latin1", "", "application/problem+json"]
        {
            assert!(!accepts(wrong), "{wrong} was taken");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    fn in_pieces(pieces: &[&'static str]) -> Body {
        let pieces: Vec<_> =
            pieces.iter().map(|piece| Ok::<_, std::io::Error>(Bytes::from_static(piece.as_bytes()))).collect();
        Body::from_stream(futures_util::stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_body_in_pieces_is_put_together_up_to_its_limit() {
        let held = || Arc::<ClientMemory>::default().of(None);
        assert_eq!(read_up_to(in_pieces(&["{\"x\"", "", ":1", "}"]), 7, held()).await.unwrap(), "{\"x\":1}");
        let refused = read_up_to(in_pieces(&["{\"x\"", ":1", "} "]), 7, held()).await;
        assert!(matches!(refused, Err(HttpError::BodyTooLarge { limit_bytes: 7 })));
    }
}

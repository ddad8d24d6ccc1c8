//! A JSON body: read within bounds, parsed once, and explained where it is wrong.

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

use super::{
    explain::{Explanation, explain},
    objects_only::ObjectsOnly,
};
use crate::{
    error::{Error, Result},
    http::state::{AppState, RequestLimits},
};

/// A JSON body, in or out.
///
/// What is not JSON at all is `invalid_json`; what is JSON of the wrong shape is `invalid_request`, with a pointer to it.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &AppState) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(Error::UnsupportedMediaType);
        }
        let body = read(request.into_body(), &state.limits).await?;
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

/// `application/json`, with no charset or the only one that JSON has.
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

async fn read(body: Body, limits: &RequestLimits) -> Result<Bytes> {
    let reading = read_up_to(body, limits.body_limit_bytes);
    tokio::time::timeout(limits.body_read_timeout, reading).await.map_err(|_| Error::RequestTimeout)?
}

/// Most bodies arrive in one piece, which is then used where it lies.
async fn read_up_to(mut body: Body, limit_bytes: usize) -> Result<Bytes> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Error::InvalidJson { detail: "it ended early".to_owned() })?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len().max(whole.len()) + data.len() > limit_bytes {
            return Err(Error::BodyTooLarge { limit_bytes });
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

/// The good case is parsed once and without noting where it is; only a refusal is parsed again, to say where and why.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let Ok(text) = std::str::from_utf8(body) else {
        return Err(Error::InvalidJson { detail: "it is not UTF-8".to_owned() });
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    if let Ok(value) = T::deserialize(ObjectsOnly(&mut deserializer))
        && deserializer.end().is_ok()
    {
        return Ok(value);
    }
    if text.trim_ascii().is_empty() {
        return Err(Error::InvalidJson { detail: "it is empty".to_owned() });
    }
    // Text that follows JSON's grammar to its end is JSON, whatever else is wrong with it. This parser does not recurse.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(Error::InvalidJson { detail: error.to_string() });
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(ObjectsOnly(&mut deserializer)) {
        Err(error) => {
            let Explanation { pointer, detail } = explain(error.path(), &error.inner().to_string());
            Err(Error::invalid_body(pointer, detail))
        }
        // The same text and type failed a moment ago, so this is out of reach; the value is as good as any.
        Ok(value) => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{HeaderMap, HeaderValue},
    };
    use bytes::Bytes;
    use serde::Deserialize;

    use super::{is_json, parse, read_up_to};
    use crate::error::Error;

    #[derive(Debug, Deserialize)]
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
            assert!(matches!(refused, Err(Error::InvalidJson { .. })), "{wrong:?} gave {refused:?}");
        }
    }

    #[test]
    fn what_has_the_wrong_shape_is_still_json() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let deep_inside = format!("{{\"x\": {deep}}}");
        for wrong in ["{}", "[]", "null", "{\"x\":1e999}", "{\"x\":\"\\ud800\"}", "{\"y\":1}", &deep, &deep_inside] {
            let refused = parse::<Point>(wrong.as_bytes());
            assert!(
                matches!(refused, Err(Error::InvalidRequest(_))),
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
        assert_eq!(read_up_to(in_pieces(&["{\"x\"", "", ":1", "}"]), 7).await.unwrap(), "{\"x\":1}");
        let refused = read_up_to(in_pieces(&["{\"x\"", ":1", "} "]), 7).await;
        assert!(matches!(refused, Err(Error::BodyTooLarge { limit_bytes: 7 })));
    }
}

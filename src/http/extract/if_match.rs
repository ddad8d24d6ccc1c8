//! The `If-Match` header of a change: change the record only if it is still the version that the client has seen.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use utoipa::IntoParams;

use crate::{
    domain::Version,
    error::{Error, Fault, Result},
};

/// Describes the header for the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes what the IfMatch extractor reads")]
pub struct IfMatchHeader {
    /// The `ETag` of the record as the client has seen it, or several with commas between them. If the record is at none of
    /// these versions any more, nothing is changed, and the answer is 412. Without it, or with `*`, any version is changed.
    #[param(
        rename = "If-Match",
        required = false,
        nullable = false,
        example = "\"0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21\""
    )]
    if_match: Option<String>,
}

/// The versions that a client accepts: `None` for any. An empty list is none of ours, which matches nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(pub Option<Vec<Version>>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        read(&parts.headers).ok_or_else(|| {
            let expected = "must be *, or ETags in their quotes with commas between them";
            Error::InvalidRequest(vec![Fault::header("/if-match", expected)])
        })
    }
}

/// `None` if the header is neither `*` nor a list of entity tags (RFC 9110, section 13.1.1).
fn read(headers: &HeaderMap) -> Option<IfMatch> {
    let values = headers.get_all(header::IF_MATCH);
    let texts: Vec<_> = values.iter().map(|value| value.to_str()).collect::<Result<_, _>>().ok()?;
    // Several lines are one list.
    let list = texts.join(",");
    let list = list.trim_matches([' ', '\t']);
    if texts.is_empty() || list == "*" {
        Some(IfMatch(None))
    } else {
        tags(list).map(|versions| IfMatch(Some(versions)))
    }
}

/// The versions in a list of entity tags. A weak tag never matches here, and neither does one that we did not make.
fn tags(list: &str) -> Option<Vec<Version>> {
    let mut versions = Vec::new();
    let mut tags = 0;
    let mut rest = list;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return (tags > 0).then_some(versions);
        }
        let weak = rest.strip_prefix("W/");
        let (tag, after) = weak.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        if !tag.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        if weak.is_none() {
            // Tags are compared letter by letter.
            versions.extend(tag.parse().ok().filter(|version: &Version| version.to_string() == tag));
        }
        tags += 1;
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{IfMatch, read};
    use crate::domain::Version;

    const ONE: &str = "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21";
    const TWO: &str = "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22";

    fn of(lines: &[&str]) -> Option<IfMatch> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("if-match", HeaderValue::from_str(line).unwrap());
        }
        read(&headers)
    }

    #[track_caller]
    fn accepts(lines: &[&str], versions: &[&str]) {
        let versions: Vec<Version> = versions.iter().map(|version| version.parse().unwrap()).collect();
        assert_eq!(of(lines), Some(IfMatch(Some(versions))), "{lines:?}");
    }

    #[test]
    fn without_the_header_and_with_a_star_any_version_is_accepted() {
        assert_eq!(of(&[]), Some(IfMatch(None)));
        assert_eq!(of(&[" * "]), Some(IfMatch(None)));
    }

    #[test]
    fn a_list_is_all_its_versions_in_however_many_lines() {
        accepts(&[&format!("\"{ONE}\"")], &[ONE]);
        accepts(&[&format!(" \"{ONE}\" ,, \"{TWO}\",")], &[ONE, TWO]);
        accepts(&[&format!("\"{ONE}\""), &format!("\"{TWO}\"")], &[ONE, TWO]);
    }

    #[test]
    fn a_weak_tag_and_a_strange_tag_match_nothing() {
        accepts(&[&format!("W/\"{ONE}\"")], &[]);
        accepts(
            &["\"\"", "\"v1,v2\"", &format!("\"{}\"", ONE.to_uppercase()), &format!("\"{}\"", ONE.replace('-', ""))],
            &[],
        );
        accepts(&[&format!("\"x\", W/\"{ONE}\", \"{TWO}\"")], &[TWO]);
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for wrong in ["", ",", ONE, "\"", &format!("\"{ONE}"), "*, \"x\"", "w/\"x\"", "\"a\" \"b\"", "\"a b\"", "'x'"] {
            assert_eq!(of(&[wrong]), None, "{wrong}");
        }
        assert_eq!(of(&["*", "\"x\""]), None);
    }
}

//! From a request to types: credentials, ids, keys, queries and bodies.
//!
//! Each extractor refuses with an [`HttpError`](crate::http::error::HttpError), or with an [`Error`](crate::error::Error)
//! that becomes one. So a handler that runs holds only good values.
//! An extractor decides nothing about the business and does not ask the database. The API key look-up is behind
//! [`KeyStore`](crate::auth::KeyStore), and cached.
//!
//! A handler takes its arguments in this order: credentials, path, idempotency key, `If-Match`, query, body. So a caller without
//! rights learns nothing, and a body is read last.

mod admin;
mod all_faults;
mod caller;
mod context;
mod explain;
mod id_path;
mod idempotency_key;
mod if_match;
mod json;
mod objects_only;
#[cfg(test)]
mod properties;
pub(in crate::http) mod query;

pub use admin::Admin;
pub use caller::{Adjuster, Reader, Writer};
pub use context::{REQUEST_ID, RequestContext, RequestId};
pub use id_path::{IdPath, PathId};
pub use if_match::{IfMatch, IfMatchHeader};
pub use json::Json;
pub use query::{Query, parsed, parsed_option};

//! `GET /v1/proofs`: what proves the ledgers of all customers, to be kept elsewhere.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{
    db::{Database, Heads},
    domain::{BusinessId, CustomerId, Hash, HeadsDigest, LedgerHead},
    error::{Error, Result},
    http::{
        extract::Reader,
        memory::Held,
        openapi::problems::{COMMON, problems},
        state::AppState,
    },
};

/// The media type of JSON values, each on a line of its own.
const NDJSON: &str = "application/x-ndjson";
/// What a part of the list takes in memory, at most: first its rows, then its lines.
const PART_BYTES: usize = 512 * 1024;

problems!(ListProblems: COMMON);

/// A line of the answer.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes the lines")]
enum ProofLine {
    /// Any line but the last.
    Head(LedgerHead),
    /// The last line.
    Digest(HeadsDigest),
}

/// List the proofs of all ledgers
///
/// A line of JSON for each customer who has a ledger entry, in the order of the customers' ids: the customer's last entry and its
/// hash. The last line is a digest over all lines before it; an answer without that line was cut off. Keep the answer outside the
/// database, or publish its digest: whoever changes the ledger later cannot make it fit. `tallystick verify --proofs` compares.
///
/// The list is read in parts of 1,000 customers while the client takes it, so it does not show one moment: each line was true when
/// it was read. Entries that are made later change nothing of what a line proves.
#[utoipa::path(
    get,
    path = "/v1/proofs",
    operation_id = "listProofs",
    tag = "customers",
    security(("business" = [])),
    responses(
        (status = 200, description = "The proofs, smallest customer id first, and the digest over them",
            body = ProofLine, content_type = "application/x-ndjson"),
        ListProblems,
    ),
)]
pub async fn list(State(state): State<AppState>, Reader(caller): Reader) -> Result<Response> {
    let business_id = caller.business_id;
    let mut held = state.memory.of(Some(business_id));
    held.grow(PART_BYTES)?;
    // The first part is read before the answer begins, so that a failure has an answer of its own.
    let first = state.db.proof_list(business_id, None).await?;
    let next = Next::Part(first);
    let list = HeadList { db: state.db.clone(), business_id, digest: Sha256::new(), count: 0, next, _held: held };
    let body = Body::from_stream(stream::try_unfold(list, HeadList::next_lines));
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(NDJSON))], body).into_response())
}

/// The list, as far as it was not sent yet.
struct HeadList {
    db: Database,
    business_id: BusinessId,
    /// Over the lines so far.
    digest: Sha256,
    count: u64,
    next: Next,
    /// One part of each list is in memory at a time.
    _held: Held,
}

/// What comes next.
enum Next {
    Part(Heads),
    PartAfter(CustomerId),
    Nothing,
}

impl HeadList {
    /// The lines of the next part that has any. An error ends the answer without its last line, and closes the connection.
    async fn next_lines(mut self) -> Result<Option<(Bytes, Self)>> {
        loop {
            let part = match std::mem::replace(&mut self.next, Next::Nothing) {
                Next::Part(part) => part,
                Next::PartAfter(customer_id) => {
                    let part = self.db.proof_list(self.business_id, Some(customer_id)).await;
                    part.inspect_err(|error| self.log(error))?
                }
                Next::Nothing => return Ok(None),
            };
            let mut lines = Vec::with_capacity(200 * (part.heads.len() + 1));
            for head in &part.heads {
                write_line(&mut lines, head)?;
            }
            self.digest.update(&lines);
            self.count += part.heads.len() as u64;
            if let Some(customer_id) = part.next_after {
                self.next = Next::PartAfter(customer_id);
            } else {
                let sha256 = <[u8; Hash::BYTES]>::from(self.digest.clone().finalize()).into();
                write_line(&mut lines, &HeadsDigest { count: self.count, sha256 })?;
            }
            if !lines.is_empty() {
                return Ok(Some((lines.into(), self)));
            }
        }
    }

    /// The answer has begun, so the log line of its request says nothing of it.
    fn log(&self, error: &Error) {
        let error = match error {
            Error::Internal(cause) | Error::DatabaseUnavailable(cause) => format!("{cause:#}"),
            other => other.to_string(),
        };
        tracing::warn!(business_id = %self.business_id, error, "a list of proofs was cut off");
    }
}

fn write_line(lines: &mut Vec<u8>, line: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *lines, line).map_err(Error::internal)?;
    lines.push(b'\n');
    Ok(())
}

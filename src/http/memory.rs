//! How much memory clients may make the server hold: large bodies while they arrive, large answers until they are taken.
//!
//! A client decides how fast it sends and reads, so it decides how long the server holds what belongs to it. Small bodies and
//! answers are bounded by the number of connections. Large ones count here: all together have a bound, and one business has
//! a bound of its own, so that none can use up what the others need.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::{Body, HttpBody},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::BodyExt;

use crate::{domain::BusinessId, error::Error};

/// A body or an answer up to this many bytes does not count.
pub const SMALL_BYTES: usize = 8 * 1024;
/// What all clients together may make the server hold, in bytes.
const ALL_BYTES: usize = 64 * 1024 * 1024;
/// What one business may make the server hold, in bytes.
const BUSINESS_BYTES: usize = ALL_BYTES / 4;

/// Bytes held for clients. Requests of no business, such as the platform's, count as one business.
#[derive(Debug, Default)]
pub struct ClientMemory(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    all: usize,
    by_business: HashMap<Option<BusinessId>, usize>,
}

impl ClientMemory {
    /// Begins to count for a business. Nothing is held yet.
    #[must_use]
    pub fn of(self: &Arc<Self>, business_id: Option<BusinessId>) -> Held {
        Held { memory: Arc::clone(self), business_id, bytes: 0 }
    }

    fn counted(&self) -> std::sync::MutexGuard<'_, Counted> {
        // Two numbers are changed under the lock, and nothing between them can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes that count until this is dropped.
#[derive(Debug)]
pub struct Held {
    memory: Arc<ClientMemory>,
    business_id: Option<BusinessId>,
    bytes: usize,
}

impl Held {
    /// Counts up to `bytes` in all. If that is too much for the business or for all, it is [`Error::Overloaded`].
    ///
    /// A business that holds nothing may hold one of any size, whatever the others hold: they cannot take its turn. The size of
    /// one body has a limit of its own.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Error> {
        let more = bytes.saturating_sub(self.bytes);
        if more == 0 {
            return Ok(());
        }
        let mut counted = self.memory.counted();
        let of_business = counted.by_business.get(&self.business_id).copied().unwrap_or_default();
        let is_only_one = of_business == self.bytes;
        if !is_only_one && of_business + more > BUSINESS_BYTES {
            return Err(Error::Overloaded);
        }
        if !is_only_one && counted.all + more > ALL_BYTES {
            return Err(Error::Overloaded);
        }
        counted.all += more;
        counted.by_business.insert(self.business_id, of_business + more);
        self.bytes += more;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut counted = self.memory.counted();
        counted.all -= self.bytes;
        let left = counted.by_business.get(&self.business_id).copied().unwrap_or_default() - self.bytes;
        if left == 0 {
            counted.by_business.remove(&self.business_id);
        } else {
            counted.by_business.insert(self.business_id, left);
        }
    }
}

/// Marks an answer whose body all clients share, so that it takes no memory of its own.
#[derive(Debug, Clone, Copy)]
pub struct SharedBody;

/// Counts a large answer until its client has taken it. If there is no room for it, the answer is `overloaded`.
pub async fn count_answer(memory: &Arc<ClientMemory>, business_id: Option<BusinessId>, answer: Response) -> Response {
    let bytes = answer.body().size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default();
    if bytes <= SMALL_BYTES || answer.extensions().get::<SharedBody>().is_some() {
        return answer;
    }
    let mut held = memory.of(business_id);
    if let Err(refused) = held.grow(bytes) {
        return refused.into_response();
    }
    let (parts, body) = answer.into_parts();
    match body.collect().await {
        Ok(body) => {
            let counted = CountedAnswer { bytes: body.to_bytes(), _held: held };
            Response::from_parts(parts, Body::from(Bytes::from_owner(counted)))
        }
        Err(error) => Error::internal(error).into_response(),
    }
}

/// The connection drops it with its last byte.
struct CountedAnswer {
    bytes: Bytes,
    _held: Held,
}

impl AsRef<[u8]> for CountedAnswer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{body::Body, http::StatusCode, response::Response};
    use http_body_util::BodyExt;

    use super::{ALL_BYTES, BUSINESS_BYTES, ClientMemory, SMALL_BYTES, SharedBody, count_answer};
    use crate::domain::BusinessId;

    #[test]
    fn a_business_may_hold_a_share_and_leaves_the_rest_to_others() {
        let memory = Arc::new(ClientMemory::default());
        let (greedy, modest) = (Some(BusinessId::new()), Some(BusinessId::new()));
        let mut first = memory.of(greedy);
        first.grow(BUSINESS_BYTES).unwrap();
        memory.of(greedy).grow(1).unwrap_err();
        let mut other = memory.of(modest);
        other.grow(BUSINESS_BYTES).unwrap();
        drop(first);
        memory.of(greedy).grow(BUSINESS_BYTES).unwrap();
    }

    #[test]
    fn all_businesses_together_have_a_bound() {
        let memory = Arc::new(ClientMemory::default());
        let mut all = Vec::new();
        for _ in 0..ALL_BYTES / BUSINESS_BYTES {
            let mut held = memory.of(Some(BusinessId::new()));
            held.grow(BUSINESS_BYTES).unwrap();
            all.push(held);
        }
        // One body or answer of each other business has room, and no second.
        let business = Some(BusinessId::new());
        let mut one = memory.of(business);
        one.grow(1).unwrap();
        memory.of(business).grow(1).unwrap_err();
        drop(all);
        memory.of(business).grow(1).unwrap();
    }

    #[test]
    fn a_body_that_grows_counts_once_and_one_alone_may_have_any_size() {
        let memory = Arc::new(ClientMemory::default());
        let business = Some(BusinessId::new());
        let mut body = memory.of(business);
        for bytes in [100, 100, 50, BUSINESS_BYTES, ALL_BYTES + 1] {
            body.grow(bytes).unwrap();
        }
        assert_eq!(memory.counted().all, ALL_BYTES + 1);
        memory.of(business).grow(1).unwrap_err();
        drop(body);
        assert!(memory.counted().all == 0 && memory.counted().by_business.is_empty());
    }

    #[tokio::test]
    async fn a_large_answer_counts_until_its_last_byte_is_dropped() {
        let memory = Arc::new(ClientMemory::default());
        let business = Some(BusinessId::new());
        let answer = |bytes: usize| Response::new(Body::from(vec![b'x'; bytes]));
        let counted = count_answer(&memory, business, answer(SMALL_BYTES + 1)).await;
        assert_eq!(memory.counted().all, SMALL_BYTES + 1);
        let mut bytes = counted.into_body().collect().await.unwrap().to_bytes();
        let rest = bytes.split_off(10);
        drop(bytes);
        assert_eq!(memory.counted().all, SMALL_BYTES + 1);
        drop(rest);
        assert_eq!(memory.counted().all, 0);

        let mut held = memory.of(business);
        held.grow(BUSINESS_BYTES).unwrap();
        let refused = count_answer(&memory, business, answer(SMALL_BYTES + 1)).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(count_answer(&memory, business, answer(SMALL_BYTES)).await.status(), StatusCode::OK);
        let mut shared = answer(SMALL_BYTES + 1);
        shared.extensions_mut().insert(SharedBody);
        assert_eq!(count_answer(&memory, business, shared).await.status(), StatusCode::OK);
    }
}

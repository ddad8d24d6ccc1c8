//! A payment, credit or write-off to be taken back.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::Reason;

/// Why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReversalRequest, examples(json!({"reason": "cheque 4711 bounced"})))]
pub struct NewReversal {
    /// Why.
    pub reason: Reason,
}

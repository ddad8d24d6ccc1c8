//! A customer to be created or changed.

use serde::Deserialize;
use utoipa::ToSchema;

use super::present;
use crate::domain::{ExternalId, Money, Name, OverdueHoldDays, PaymentTerms, PaymentTermsRequest};

/// A customer to create.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    as = CustomerRequest,
    examples(json!({"name": "Café Central", "credit_limit": 100_000, "external_id": "C-1042", "payment_terms": {"type": "calendar", "days": 30, "end_of_month": true}}))
)]
pub struct NewCustomer {
    /// What the customer is called.
    pub name: Name,
    /// The largest balance that a purchase may leave, in minor units.
    pub credit_limit: Money,
    /// The business's own reference, unique within the business.
    #[serde(default)]
    pub external_id: Option<ExternalId>,
    /// A blocked customer cannot buy.
    #[serde(default)]
    pub blocked: bool,
    /// When this customer's purchases are due; without it, or with `null`, as the business's `payment_terms` say.
    #[serde(default)]
    #[schema(value_type = Option<PaymentTermsRequest>)]
    pub payment_terms: Option<PaymentTerms>,
    /// A customer who has been overdue for longer than so many times 24 hours cannot buy; without it, or with `null`, buys on.
    #[serde(default)]
    pub overdue_hold_after_days: Option<OverdueHoldDays>,
}

/// What to change of a customer. What is left out stays as it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerChangeRequest, examples(json!({"credit_limit": 150_000, "blocked": false, "payment_terms": {"type": "calendar", "days": 30, "end_of_month": true}})))]
pub struct CustomerChange {
    /// What the customer is called.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub name: Option<Name>,
    /// The largest balance that a purchase may leave, in minor units. Below the balance it stops further purchases.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub credit_limit: Option<Money>,
    /// The business's own reference; `null` takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<ExternalId>)]
    pub external_id: Option<Option<ExternalId>>,
    /// A blocked customer cannot buy.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub blocked: Option<bool>,
    /// When purchases to come are due; `null` gives the customer the business's terms. What was bought before keeps its due time.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<PaymentTermsRequest>)]
    pub payment_terms: Option<Option<PaymentTerms>>,
    /// A customer who has been overdue for longer than so many times 24 hours cannot buy; with `null`, buys on.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<OverdueHoldDays>)]
    pub overdue_hold_after_days: Option<Option<OverdueHoldDays>>,
}

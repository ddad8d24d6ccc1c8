//! `GET /v1/customers/{customer_id}/statement`: what a customer owed, what changed it, and what is open.
//!
//! - [`report`] reads a statement in parts, and sees that it adds up.
//! - [`json`], [`csv`] and [`html`] write it. [`decimals`] writes amounts as people read them.

mod csv;
mod decimals;
mod html;
mod json;
mod report;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use self::report::{Report, Writer};
use crate::{
    domain::{CustomerId, Day, Statement},
    error::{Error, Fault, Result},
    http::{
        extract::{IdPath, Query, Reader, parsed},
        openapi::problems::{COMMON, Code, QUERY, problems},
        state::AppState,
    },
};

/// What one part of a statement takes in memory, at most: first its rows, then its text.
const PART_BYTES: usize = 1024 * 1024;

/// Over which days, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementQuery {
    /// The first day of the period, in the business's time zone.
    #[param(value_type = String, format = Date, example = "2026-03-01")]
    from: Day,
    /// The last day of the period, in the business's time zone. Not before `from`.
    #[param(value_type = String, format = Date, example = "2026-03-31")]
    to: Day,
    /// The form of the answer.
    #[param(value_type = Option<Format>, nullable = false, inline)]
    #[serde(default, deserialize_with = "parsed")]
    format: Format,
}

/// The form of a statement.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Format {
    /// For programs. Unless another is asked for.
    #[default]
    Json,
    /// For spreadsheets.
    Csv,
    /// For people: a page that prints well.
    Html,
}

impl std::str::FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "html" => Ok(Self::Html),
            _ => Err("must be json, csv or html"),
        }
    }
}

impl Format {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Html => "text/html; charset=utf-8",
        }
    }

    fn writer(self) -> Box<dyn Writer> {
        match self {
            Self::Json => Box::<json::JsonWriter>::default(),
            Self::Csv => Box::new(csv::CsvWriter),
            Self::Html => Box::<html::HtmlWriter>::default(),
        }
    }
}

problems!(GetProblems: COMMON, QUERY, &[Code::CustomerNotFound]);

/// Get a statement of a customer's account
///
/// What the customer owed when the first day began, every ledger entry since, what the customer owed when the last day ended, and what
/// is open of each charge then. Days begin and end in the business's time zone, so statements over days that follow each other
/// join: one closes with the balance with which the next one opens.
///
/// `final` is true if nothing can be added to the period any more. That is so from a minute after its end.
///
/// The answer is sent while it is read, however long it is. If something fails on the way, the connection is closed before the answer's
/// end, and the JSON is cut off. As CSV, each row says in its first column what it is; as HTML, the statement is a page for
/// printing.
#[utoipa::path(
    get,
    path = "/v1/customers/{customer_id}/statement",
    operation_id = "getCustomerStatement",
    tag = "customers",
    security(("business" = [])),
    params(("customer_id" = CustomerId, Path, description = "The customer"), StatementQuery),
    responses(
        (status = 200, description = "The statement", content(
            (Statement = "application/json"), (String = "text/csv"), (String = "text/html"),
        )),
        GetProblems,
    ),
)]
pub async fn get(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(customer_id): IdPath<CustomerId>,
    Query(query): Query<StatementQuery>,
) -> Result<Response> {
    let StatementQuery { from, to, format } = query;
    if to.get() < from.get() {
        return Err(Error::InvalidRequest(vec![Fault::query("/to", "must not be before from")]));
    }
    let mut held = state.memory.of(Some(caller.business_id));
    held.grow(PART_BYTES)?;
    let plan = state.db.statement_plan(caller.business_id, customer_id, from, to).await?;
    let report = Report::new(state.db.clone(), plan, format.writer(), held)?;
    let mut response = Body::from_stream(stream::try_unfold(report, Report::next_part)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    match format {
        Format::Json => {}
        Format::Csv => {
            let name = format!("attachment; filename=\"statement-{from}-{to}.csv\"");
            headers.insert(header::CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(Error::internal)?);
        }
        Format::Html => {
            let policy = HeaderValue::try_from(html::policy()).map_err(Error::internal)?;
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
    Ok(response)
}

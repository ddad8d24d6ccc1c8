//! Every query parameter is one that the API's description has for the route. All others are refused, on every route.
//!
//! It follows from the description. So a route that takes no query needs to do nothing for it, and none can forget it.

use std::collections::{HashMap, HashSet};

use axum::{
    extract::{MatchedPath, Request},
    http::Method,
};
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, ParameterIn, PathItem},
};

use crate::{
    error::{Error, Result},
    http::extract::query::faults,
};

/// The query parameters of each route, by its methods.
#[derive(Debug, Default)]
pub struct DeclaredQueries(HashMap<String, HashMap<Method, HashSet<String>>>);

impl DeclaredQueries {
    /// What the description says.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter();
        paths.fold(Self::default(), |all, (path, item)| {
            operations(item).fold(all, |all, (method, operation)| all.with(path, method, query_parameters(operation)))
        })
    }

    /// The same with the query parameters of one more route and method.
    #[must_use]
    pub fn with(mut self, path: &str, method: Method, parameters: impl IntoIterator<Item = String>) -> Self {
        self.0.entry(path.to_owned()).or_default().insert(method, parameters.into_iter().collect());
        self
    }

    /// Refuses a query with a parameter that the route does not have. A route without a description has none.
    pub fn check(&self, request: &Request) -> Result<()> {
        // Nearly every request ends here. A path that is no route's is answered as that.
        let Some(query) = request.uri().query().filter(|query| !query.is_empty()) else { return Ok(()) };
        let Some(route) = request.extensions().get::<MatchedPath>() else { return Ok(()) };
        let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
        let known = match self.0.get(route.as_str()).map(|methods| methods.get(method)) {
            Some(Some(known)) => Some(known),
            // The route does not have this method, and that is the answer.
            Some(None) => return Ok(()),
            None => None,
        };
        let faults = faults(query, |name| known.is_some_and(|known| known.contains(name)));
        if faults.is_empty() { Ok(()) } else { Err(Error::InvalidRequest(faults)) }
    }
}

fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let all = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn query_parameters(operation: &Operation) -> impl Iterator<Item = String> {
    operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
        _ => None,
    })
}

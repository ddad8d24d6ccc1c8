//! Every query parameter is one that the API's description has for the route. All others are refused, on every route.
//!
//! It follows from the description. So a route that takes no query needs to do nothing for it, and none can forget it.
//!
//! A caller without rights learns of nothing else. So where a route asks for credentials, the faults wait in the request until
//! the extractor of the credentials has let the caller in ([`refuse_waiting`]).

use std::collections::{HashMap, HashSet};

use axum::{
    extract::{MatchedPath, Request},
    http::{Extensions, Method},
};
use utoipa::openapi::{
    OpenApi, RefOr, SecurityRequirement,
    path::{Operation, ParameterIn, PathItem},
};

use crate::{
    error::{Error, Fault, Result},
    http::extract::query::faults,
};

/// The query parameters of each route, by its methods.
#[derive(Debug, Default)]
pub struct DeclaredQueries(HashMap<String, HashMap<Method, Declared>>);

#[derive(Debug, Default)]
struct Declared {
    parameters: HashSet<String>,
    asks_for_credentials: bool,
}

/// The faults of a request's query, until its caller is known.
#[derive(Debug, Clone)]
struct Waiting(Vec<Fault>);

/// Refuses the request for its query, now that its caller is known.
pub fn refuse_waiting(extensions: &Extensions) -> Result<()> {
    extensions.get::<Waiting>().map_or(Ok(()), |Waiting(faults)| Err(Error::InvalidRequest(faults.clone())))
}

impl DeclaredQueries {
    /// What the description says.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter();
        paths.fold(Self::default(), |all, (path, item)| {
            operations(item).fold(all, |all, (method, operation)| all.add(path, method, Declared::of(operation)))
        })
    }

    /// The same with the query parameters of one more route and method, which asks for no credentials.
    #[must_use]
    pub fn with(self, path: &str, method: Method, parameters: impl IntoIterator<Item = String>) -> Self {
        let declared = Declared { parameters: parameters.into_iter().collect(), asks_for_credentials: false };
        self.add(path, method, declared)
    }

    fn add(mut self, path: &str, method: Method, declared: Declared) -> Self {
        self.0.entry(path.to_owned()).or_default().insert(method, declared);
        self
    }

    /// Refuses a query with a parameter that the route does not have, or lets the refusal wait for the caller. A route without a
    /// description has no parameters.
    pub fn check(&self, request: &mut Request) -> Result<()> {
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
        let faults = faults(query, |name| known.is_some_and(|known| known.parameters.contains(name)));
        if faults.is_empty() {
            return Ok(());
        }
        if !known.is_some_and(|known| known.asks_for_credentials) {
            return Err(Error::InvalidRequest(faults));
        }
        request.extensions_mut().insert(Waiting(faults));
        Ok(())
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

impl Declared {
    fn of(operation: &Operation) -> Self {
        let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
            RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
            _ => None,
        });
        // A scheme without a name asks for nothing.
        let schemes = operation.security.iter().flatten();
        let asks_for_credentials = schemes.into_iter().any(|scheme| *scheme != SecurityRequirement::default());
        Self { parameters: parameters.collect(), asks_for_credentials }
    }
}

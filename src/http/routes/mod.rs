//! The handlers, one resource a file. A handler parses nothing, decides nothing and contains no SQL: it passes typed
//! values to one database call and maps the outcome.

pub mod operations;

//! The SQL functions, views and constraints, where HTTP does not reach.

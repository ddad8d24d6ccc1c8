//! The SQL functions, views and constraints, where HTTP does not reach.

mod overdue;
mod overdue_list;
mod overdue_plan;

//! The SQL functions, views and constraints, where HTTP does not reach.

mod aging;
mod allocations;
mod api_keys;
mod beyond_stock;
mod business_list;
mod idempotency;
mod ids;
mod kept;
mod ledger_model;
mod line_prices;
mod lists;
mod overdue;
mod overdue_list;
mod overdue_plan;
mod payment_terms;
mod plenty;
mod purchase_batch;
mod purchase_input;
mod purchase_plan;
mod reader_plans;
mod records;
mod return_input;
mod statements;
mod stock_history;
mod texts;
mod writer_plans;

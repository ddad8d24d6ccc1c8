//! Damage to orders and stock, after `unprotected.sql`.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "an order has no ledger entry",
        "orders_and_ledger",
        &["the order has no ledger entry", "0000000000e4"],
        "DELETE FROM tallystick.credit_ledger WHERE id = '0a000000-0000-7000-8000-0000000000e4'",
    ),
    damage(
        "a purchase has no order",
        "orders_and_ledger",
        &["the purchase in the ledger has no order", "0000000000e4", "0000000000c2"],
        "DELETE FROM tallystick.orders WHERE id = '0a000000-0000-7000-8000-0000000000e4'",
    ),
    damage(
        "an order is another customer's",
        "orders_and_ledger",
        &["the order is customer 0a000000-0000-7000-8000-0000000000c1's", "0000000000e4"],
        "UPDATE tallystick.orders SET customer_id = '0a000000-0000-7000-8000-0000000000c1'
         WHERE id = '0a000000-0000-7000-8000-0000000000e4'",
    ),
    damage(
        "the ledger charges something else than the order's total",
        "orders_and_ledger",
        &["the order's total is 300, but the ledger charges 299", "0000000000e4"],
        "UPDATE tallystick.credit_ledger SET amount = 299 WHERE id = '0a000000-0000-7000-8000-0000000000e4'",
    ),
    damage(
        "order and ledger entry are of different times",
        "orders_and_ledger",
        &["the order is of 2020-01-01", "0000000000e4"],
        "UPDATE tallystick.orders SET created_at = '2020-01-01' WHERE id = '0a000000-0000-7000-8000-0000000000e4'",
    ),
    damage(
        "an order's purchase became a payment",
        "orders_and_ledger",
        &["the order has no ledger entry", "0000000000e4"],
        "UPDATE tallystick.credit_ledger SET kind = 'payment' WHERE id = '0a000000-0000-7000-8000-0000000000e4'",
    ),
    damage(
        "a total does not fit its lines",
        "order_totals",
        &["total is 801, but the lines add up to 800", "0000000000e1"],
        "UPDATE tallystick.orders SET total = 801 WHERE id = '0a000000-0000-7000-8000-0000000000e1'",
    ),
    damage(
        "an order has no lines",
        "order_totals",
        &["the order has no lines", "0000000000e1"],
        "DELETE FROM tallystick.order_items WHERE order_id = '0a000000-0000-7000-8000-0000000000e1'",
    ),
    damage(
        "lines have no order",
        "order_totals",
        &["the lines have no order", "0000000000e1"],
        "DELETE FROM tallystick.orders WHERE id = '0a000000-0000-7000-8000-0000000000e1'",
    ),
    damage(
        "line numbers have a gap",
        "order_totals",
        &["2 lines are numbered from 1 to 3", "0000000000e1"],
        "UPDATE tallystick.order_items SET line_no = 3
         WHERE order_id = '0a000000-0000-7000-8000-0000000000e1' AND line_no = 2",
    ),
    damage(
        "a total is below zero",
        "order_totals",
        &["the total is not safe money", "0000000000e4"],
        "UPDATE tallystick.orders SET total = -1 WHERE id = '0a000000-0000-7000-8000-0000000000e4'",
    ),
    damage(
        "an order has too many lines",
        "order_totals",
        &["an order has at most 500 lines", "0000000000e4"],
        "INSERT INTO tallystick.order_items (business_id, order_id, line_no, product_id, quantity, unit_price, line_total)
         SELECT '0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000e4', number,
                '0a000000-0000-7000-8000-0000000000d1', 1, 0, 0
         FROM generate_series(2, 501) AS number",
    ),
    damage(
        "a line's unit price was changed",
        "order_lines",
        &["line_total should be 502", "0000000000e1", "\"line_no\":1"],
        "UPDATE tallystick.order_items SET unit_price = 251
         WHERE order_id = '0a000000-0000-7000-8000-0000000000e1' AND line_no = 1",
    ),
    damage(
        "a line is of nothing, at a negative price",
        "order_lines",
        &["the quantity is not 1 to 2147483647; the unit price is not safe money", "\"line_no\":1"],
        "UPDATE tallystick.order_items SET quantity = 0, unit_price = -1, line_total = 0
         WHERE order_id = '0a000000-0000-7000-8000-0000000000e1' AND line_no = 1",
    ),
    damage(
        "stock was changed without a movement",
        "stock",
        &["stock is 112, but movements of 117 less 6 sold is 111", "0000000000d1", "beans"],
        "UPDATE tallystick.products SET stock = stock + 1 WHERE id = '0a000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "a movement was deleted",
        "stock",
        &["stock is 111, but movements of 97 less 6 sold is 91", "0000000000d1"],
        "DELETE FROM tallystick.stock_movements WHERE id = '0a000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "stock is below zero",
        "stock",
        &["stock is not 0 to 9007199254740991", "0000000000d1"],
        "UPDATE tallystick.products SET stock = -1 WHERE id = '0a000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "a product was opened twice",
        "stock",
        &["stock was opened 2 times", "0000000000d1"],
        "UPDATE tallystick.stock_movements SET kind = 'opening' WHERE id = '0a000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "a movement has a kind that nobody knows",
        "stock_movements",
        &["the kind is not known", "0000000000f1"],
        "UPDATE tallystick.stock_movements SET kind = 'theft' WHERE id = '0a000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "an opening did not start from nothing",
        "stock_movements",
        &["an opening is positive, is all the stock there is", "0000000000d2"],
        "UPDATE tallystick.stock_movements SET stock_after = 51
         WHERE product_id = '0a000000-0000-7000-8000-0000000000d2'",
    ),
    damage(
        "an adjustment has no key, no reason and no effect",
        "stock_movements",
        &["an adjustment has an idempotency key; it changes nothing", "the reason is not short text", "0000000000f1"],
        "UPDATE tallystick.stock_movements SET idempotency_key = NULL, reason = '', quantity = 0
         WHERE id = '0a000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "a movement left a stock that cannot be, at no time",
        "stock_movements",
        &["stock_after is not 0 to 9007199254740991; it has no time", "0000000000f1"],
        "UPDATE tallystick.stock_movements SET stock_after = -1, created_at = NULL
         WHERE id = '0a000000-0000-7000-8000-0000000000f1'",
    ),
];

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
        "first_line_no is not derived any more",
        "order_totals",
        &["first_line_no is not derived", "0000000000e4"],
        "ALTER TABLE tallystick.orders ALTER first_line_no DROP EXPRESSION;
         UPDATE tallystick.orders SET first_line_no = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e4'",
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
        "UPDATE tallystick.order_items SET quantity = 0, stock_taken = 0, unit_price = -1, line_total = 0
         WHERE order_id = '0a000000-0000-7000-8000-0000000000e1' AND line_no = 1",
    ),
    damage(
        "stock was changed without a movement",
        "stock",
        &["stock is 112 less 0 backordered, but movements of 117 less 6 sold and with 0 returned is 111", "0000000000d1", "beans"],
        "UPDATE tallystick.products SET stock = stock + 1 WHERE id = '0a000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "a movement was deleted",
        "stock",
        &["stock is 111 less 0 backordered, but movements of 97 less 6 sold and with 0 returned is 91", "0000000000d1"],
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
        "a movement left a stock that cannot be",
        "stock_movements",
        &["stock_after is not 0 to 9007199254740991", "0000000000f1"],
        "UPDATE tallystick.stock_movements SET stock_after = -1
         WHERE id = '0a000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "a line was rounded down",
        "order_lines",
        &["line_total should be 460", "\"line_total\":459"],
        "UPDATE tallystick.order_items SET line_total = 459
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "a line without tax and discount",
        "order_lines",
        &["line_total should be 500"],
        "UPDATE tallystick.order_items SET discount = NULL, tax = NULL
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "a discount is more than the price",
        "order_lines",
        &["the discount is more than the price"],
        "UPDATE tallystick.order_items SET discount = 501, line_total = 9
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "a line counts in other decimals than its product",
        "order_lines",
        &["it counts in 2 decimals, but its product in 3"],
        "UPDATE tallystick.order_items SET decimals = 2, line_total = 4955
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "a line counts in decimals that nobody knows",
        "order_lines",
        &["the decimals are not 0 to 3"],
        "UPDATE tallystick.order_items SET decimals = -1
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "a sale took a part from the stock",
        "order_lines",
        &["stock_taken is neither 0 nor the quantity"],
        "UPDATE tallystick.order_items SET stock_taken = 1499
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "list price, discount and tax are below zero",
        "order_lines",
        &["the list price is not safe money; the discount is not safe money; the tax is not safe money"],
        "UPDATE tallystick.order_items SET list_price = -1, discount = -1, tax = -1
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "a line is so large that it does not fit in 64 bits",
        "order_lines",
        &[
            "line_total should be 85070591730234615847396907784232501249",
            "the quantity is not 1 to 2147483647",
            "the unit price is not safe money",
        ],
        "UPDATE tallystick.order_items SET quantity = 9223372036854775807, unit_price = 9223372036854775807
         WHERE order_id = '0a000000-0000-7000-8000-0000000000e1' AND line_no = 1",
    ),
    damage(
        "a product has no version",
        "product_versions",
        &["the product has no version", "0c000000-0000-7000-8000-0000000000d1"],
        "DELETE FROM tallystick.product_versions WHERE product_id = '0c000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "a version was deleted",
        "product_versions",
        &["1 versions are numbered from 2 to 2", "0000000000d3"],
        "DELETE FROM tallystick.product_versions
         WHERE product_id = '0c000000-0000-7000-8000-0000000000d3' AND version_no = 1",
    ),
    damage(
        "versions have a gap",
        "product_versions",
        &["2 versions are numbered from 1 to 3; the product is at version 2, but the last is 3"],
        "UPDATE tallystick.product_versions SET version_no = 3
         WHERE product_id = '0c000000-0000-7000-8000-0000000000d3' AND version_no = 2",
    ),
    damage(
        "a product is at a version that is not there",
        "product_versions",
        &["the product is at version 3, but the last is 2"],
        "UPDATE tallystick.products SET version_no = 3 WHERE id = '0c000000-0000-7000-8000-0000000000d3'",
    ),
    damage(
        "a product was renamed without a version",
        "product_versions",
        &["the product is called otherwise than its last version", "0000000000d3"],
        "UPDATE tallystick.products SET name = 'Stools' WHERE id = '0c000000-0000-7000-8000-0000000000d3'",
    ),
    damage(
        "a product has another unit than its version",
        "product_versions",
        &["the product is called otherwise than its last version", "0000000000d1"],
        "UPDATE tallystick.products SET unit = NULL WHERE id = '0c000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "what a product was called now is something else",
        "product_versions",
        &["the product is called otherwise than its last version", "0000000000d3"],
        "UPDATE tallystick.product_versions SET sku = 'stools'
         WHERE product_id = '0c000000-0000-7000-8000-0000000000d3' AND version_no = 2",
    ),
    damage(
        "a product counts in other decimals than before",
        "product_versions",
        &["the product counts in 0 decimals, its versions in 0 to 2"],
        "UPDATE tallystick.product_versions SET quantity_decimals = 2
         WHERE product_id = '0c000000-0000-7000-8000-0000000000d3' AND version_no = 1",
    ),
    damage(
        "a product and its versions count in decimals that nobody knows",
        "product_versions",
        &["the decimals are not 0 to 3"],
        "UPDATE tallystick.products SET quantity_decimals = 4 WHERE id = '0c000000-0000-7000-8000-0000000000d3';
         UPDATE tallystick.product_versions SET quantity_decimals = 4",
    ),
    damage(
        "what is owed from the stock was forgotten",
        "stock",
        &["stock is 0 less 0 backordered, but movements of 3 less 6 sold and with 0 returned is -3"],
        "UPDATE tallystick.products SET backordered = 0 WHERE id = '0c000000-0000-7000-8000-0000000000d3'",
    ),
    damage(
        "more is backordered than may be",
        "stock",
        &["backordered is not 0 to backorder_limit"],
        "UPDATE tallystick.products SET backorder_limit = 2 WHERE id = '0c000000-0000-7000-8000-0000000000d3'",
    ),
    damage(
        "less than nothing may be backordered",
        "stock",
        &["backorder_limit is not 0 to 9007199254740991; backordered is not 0 to backorder_limit"],
        "UPDATE tallystick.products SET backorder_limit = -1 WHERE id = '0c000000-0000-7000-8000-0000000000d3'",
    ),
    damage(
        "something is backordered while there is stock",
        "stock",
        &["something is backordered while there is stock"],
        "UPDATE tallystick.products SET stock = 1, backordered = 4 WHERE id = '0c000000-0000-7000-8000-0000000000d3'",
    ),
    damage(
        "a service has stock",
        "stock",
        &["a service has stock", "0000000000d1"],
        "UPDATE tallystick.products SET track_stock = false WHERE id = '0c000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "stock and what is backordered do not fit in 64 bits",
        "stock",
        &["stock is 9223372036854775807 less -9223372036854775808 backordered"],
        "UPDATE tallystick.products SET stock = 9223372036854775807, backordered = -9223372036854775808 WHERE id = '0c000000-0000-7000-8000-0000000000d3'",
    ),
    damage(
        "a sale took something else from the stock than its lines say",
        "stock",
        &["stock is 8764 less 0 backordered, but movements of 10000 less 0 sold and with 264 returned is 10264"],
        "UPDATE tallystick.order_items SET stock_taken = 0
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "a movement left stock beside what is backordered",
        "stock_movements",
        &["something is backordered while there is stock"],
        "UPDATE tallystick.stock_movements SET stock_after = 1
         WHERE id = '0c000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "a movement left less than nothing backordered",
        "stock_movements",
        &["backordered_after is not 0 to 9007199254740991"],
        "UPDATE tallystick.stock_movements SET backordered_after = -1
         WHERE id = '0c000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "a correction took what was not there",
        "stock_movements",
        &["it took what was not there"],
        "UPDATE tallystick.stock_movements SET quantity = -1
         WHERE id = '0c000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "nobody asked for a movement",
        "stock_movements",
        &["it does not say who asked for it"],
        "UPDATE tallystick.stock_movements SET actor = ''
         WHERE id = '0c000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "an opening left something backordered",
        "stock_movements",
        &["an opening is positive, is all the stock there is"],
        "UPDATE tallystick.stock_movements SET backordered_after = 1
         WHERE product_id = '0c000000-0000-7000-8000-0000000000d1'",
    ),
];

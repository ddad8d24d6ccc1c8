//! Damage to returns, after `unprotected.sql`.
//!
//! Of `every_kind.sql`: Dora's one return credits 100 as entry 10. Line 1 is 264 of 1500 for 80, of which 1 is tax; line 2 is 1 of 2
//! hours for 20.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "a return has no ledger entry",
        "returns",
        &["the return has no ledger entry"],
        "DELETE FROM tallystick.credit_ledger WHERE kind = 'return'",
    ),
    damage(
        "a return is there in the ledger only",
        "returns",
        &["the return in the ledger does not exist", "\"entry_no\":10"],
        "DELETE FROM tallystick.returns",
    ),
    damage(
        "a return's entry became a credit",
        "returns",
        &["the return has no ledger entry"],
        "UPDATE tallystick.credit_ledger SET kind = 'credit' WHERE kind = 'return'",
    ),
    damage(
        "lines have neither a return nor an entry",
        "returns",
        &["the lines have no return"],
        "DELETE FROM tallystick.credit_ledger WHERE kind = 'return'; DELETE FROM tallystick.returns",
    ),
    damage("a return has no lines", "returns", &["the return has no lines"], "DELETE FROM tallystick.return_items"),
    damage(
        "a return is another customer's",
        "returns",
        &["the return is customer 0c000000-0000-7000-8000-0000000000c2's; order", "is none of the customer's"],
        "UPDATE tallystick.returns SET customer_id = '0c000000-0000-7000-8000-0000000000c2'",
    ),
    damage(
        "a return is of another customer's order",
        "returns",
        &["order 0c000000-0000-7000-8000-0000000000e1 is none of the customer's"],
        "UPDATE tallystick.returns SET order_id = '0c000000-0000-7000-8000-0000000000e1'",
    ),
    damage(
        "the ledger credits something else than the return's total",
        "returns",
        &["the return's total is 101, but the ledger credits 100; total is 101, but the lines add up to 100"],
        "UPDATE tallystick.returns SET total = 101",
    ),
    damage(
        "return and ledger entry are of different times",
        "returns",
        &["the return is of 2020-01-01"],
        "UPDATE tallystick.returns SET created_at = '2020-01-01'",
    ),
    damage(
        "a return's first line is another one",
        "returns",
        &["its first line is 1, and not 2"],
        "UPDATE tallystick.returns SET first_line_no = 2",
    ),
    damage(
        "a return has too many lines",
        "returns",
        &["a return has at most 500 lines"],
        "INSERT INTO tallystick.return_items (business_id, return_id, order_id, line_no, line_total)
         SELECT business_id, id, order_id, number, 0 FROM tallystick.returns, generate_series(3, 501) AS number",
    ),
    damage(
        "a return settles another charge",
        "returns",
        &["it settles another charge than that of its order"],
        "UPDATE tallystick.allocations SET charge_no = 1 WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 10",
    ),
    damage(
        "a return settles a part of what it could",
        "returns",
        &["it settles 99 by name, and not 100"],
        "UPDATE tallystick.allocations SET amount = 99 WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 10",
    ),
    damage(
        "a return settles nothing",
        "returns",
        &["it settles 0 by name, and not 100"],
        "DELETE FROM tallystick.allocations WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 10",
    ),
    damage(
        "more was settled before a return than was left",
        "returns",
        &["it settles 100 by name, and not 60"],
        "UPDATE tallystick.allocations SET amount = 440 WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 4;
         UPDATE tallystick.allocations SET amount = 0 WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "a part of a line is the second, and there is no first",
        "return_lines",
        &["part_no should be 1", "\"line_no\":1"],
        "UPDATE tallystick.return_items SET part_no = 2 WHERE line_no = 1",
    ),
    damage(
        "a part of a line does not begin with what came back before",
        "return_lines",
        &["returned_before should be 0, which the part before it left; returned_after should be 265", "\"line_no\":1"],
        "UPDATE tallystick.return_items SET returned_before = 1 WHERE line_no = 1",
    ),
    damage(
        "the same came back twice",
        "return_lines",
        &["part_no should be 2; returned_before should be 1, which the part before it left", "\"line_no\":2"],
        "INSERT INTO tallystick.return_items SELECT * FROM tallystick.return_items WHERE line_no = 2",
    ),
    damage(
        "nothing came back",
        "return_lines",
        &["returned_after should be 0; nothing came back", "\"line_no\":2"],
        "UPDATE tallystick.return_items SET quantity = 0 WHERE line_no = 2",
    ),
    damage(
        "more came back than was bought",
        "return_lines",
        &["more came back than was bought", "\"line_no\":2"],
        "UPDATE tallystick.return_items SET quantity = 3, returned_after = 3 WHERE line_no = 2",
    ),
    damage(
        "more went into the stock than came back",
        "return_lines",
        &["it restocks more than came back, or less than nothing", "\"line_no\":1"],
        "UPDATE tallystick.return_items SET restocked = 265 WHERE line_no = 1",
    ),
    damage(
        "less than nothing went into the stock",
        "return_lines",
        &["it restocks more than came back, or less than nothing", "\"line_no\":1"],
        "UPDATE tallystick.return_items SET restocked = -1 WHERE line_no = 1",
    ),
    damage(
        "a service went into the stock",
        "return_lines",
        &["it restocks what was not taken from the stock", "\"line_no\":2"],
        "UPDATE tallystick.return_items SET restocked = 1 WHERE line_no = 2",
    ),
    damage(
        "a line is of another order than its return",
        "return_lines",
        &["its return is of order", "the order has no such line", "\"line_no\":1"],
        "UPDATE tallystick.return_items SET order_id = '0c000000-0000-7000-8000-0000000000ff' WHERE line_no = 1",
    ),
    damage(
        "a line is of another product",
        "return_lines",
        &["it says 1500 of product 0c000000-0000-7000-8000-0000000000d2, but 1500 of product 0c000000-0000-7000-8000-0000000000d1 were bought"],
        "UPDATE tallystick.return_items SET product_id = '0c000000-0000-7000-8000-0000000000d2' WHERE line_no = 1",
    ),
    damage(
        "a line is of another quantity than was bought",
        "return_lines",
        &["it says 1501 of product", "but 1500 of product"],
        "UPDATE tallystick.return_items SET bought = 1501 WHERE line_no = 1",
    ),
    damage(
        "a line was credited in full at once",
        "return_lines",
        &["line_total should be 20", "\"line_no\":2"],
        "UPDATE tallystick.return_items SET line_total = 40 WHERE line_no = 2",
    ),
    damage(
        "a line's tax was rounded up",
        "return_lines",
        &["tax should be 1", "\"line_no\":1"],
        "UPDATE tallystick.return_items SET tax = 2 WHERE line_no = 1",
    ),
    damage(
        "a line got a tax",
        "return_lines",
        &["tax should be null", "\"line_no\":2"],
        "UPDATE tallystick.return_items SET tax = 0 WHERE line_no = 2",
    ),
    damage(
        "what went into the stock was changed, and the stock with it",
        "ledger_details",
        &["the lines and what it settles are not those of the digest", "\"entry_no\":10"],
        "UPDATE tallystick.return_items SET restocked = 263 WHERE line_no = 1;
         UPDATE tallystick.products SET stock = stock - 1 WHERE id = '0c000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "a return was given to another order",
        "ledger_details",
        &["the lines and what it settles are not those of the digest", "\"entry_no\":10"],
        "UPDATE tallystick.returns SET order_id = gen_random_uuid()",
    ),
    damage(
        "what a return settles was changed",
        "ledger_details",
        &["the lines and what it settles are not those of the digest", "\"entry_no\":10"],
        "UPDATE tallystick.allocations SET amount = 99 WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 10",
    ),
    damage(
        "a return lost its lines and its row",
        "ledger_details",
        &["the digest is of details that are not there", "\"entry_no\":10"],
        "DELETE FROM tallystick.return_items; DELETE FROM tallystick.returns;
         DELETE FROM tallystick.allocations WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 10",
    ),
    damage(
        "what came back is not in the stock",
        "stock",
        &["movements of 10000 less 1500 sold and with 264 returned is 8764", "0000000000d1"],
        "UPDATE tallystick.products SET stock = stock - 264 WHERE id = '0c000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "a return is there twice",
        "identities",
        &["2 rows have the same id", "\"table\":\"returns\""],
        "INSERT INTO tallystick.returns SELECT * FROM tallystick.returns",
    ),
    damage(
        "a line of a return is there twice",
        "identities",
        &["2 rows have the same return_id and line_no", "\"line_no\":2"],
        "INSERT INTO tallystick.return_items SELECT * FROM tallystick.return_items WHERE line_no = 2",
    ),
    damage(
        "a return's customer does not exist",
        "references",
        &["the customer of 1 rows does not exist in the business", "\"table\":\"returns\""],
        "UPDATE tallystick.returns SET customer_id = '0a000000-0000-7000-8000-0000000000c1'",
    ),
];

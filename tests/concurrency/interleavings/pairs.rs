//! Everything that can happen to a sale afterwards, in pairs: whoever comes second waits, and decides on what the first has left.
//! (The pairs of payments for a charge, allocations and reversals among themselves are in [`super::credits`].)
//!
//! Each pair has a customer and products of its own, so all pairs of a test share one database, which is audited at the end.

use crate::support::interleaving::play_all;

/// A customer may owe 100 and has bought two products, one for 20 of which there were two, and a `second` one for 30 of which there
/// were five: in all 70. A payment of 40 names 25 of it. So 30 are owed, 15 are unapplied, and 45 of the charge can be settled by name.
const SOLD: &str = "one: SELECT FROM customer_create(:shop, {customer}, 'C', NULL, 100, false)
    one: SELECT FROM customer_create(:shop, {other}, 'D', NULL, 100, false)
    one: SELECT FROM product_create(:shop, {product}, 'product-{n}', 'P', 20, 2)
    one: SELECT FROM product_create(:shop, {second}, 'second-{n}', 'Q', 30, 5)
    one: SELECT outcome, balance_after FROM purchase(:shop, {customer}, ARRAY[{product},{second}], '{2,1}', 'bought-{n}', {order})
        = created, 70
    one: SELECT outcome, (entry).balance_after FROM payment_record(:shop, {customer}, 40, 'paid-{n}', {paid}, ARRAY[{order}], '{25}')
        = created, 30";

/// As [`SOLD`], but the payment is one of 90 that names all 70: the customer has a credit balance of 20, all of it unapplied.
const IN_CREDIT: &str = "one: SELECT FROM customer_create(:shop, {customer}, 'C', NULL, 100, false)
    one: SELECT FROM product_create(:shop, {product}, 'product-{n}', 'P', 20, 2)
    one: SELECT FROM product_create(:shop, {second}, 'second-{n}', 'Q', 30, 5)
    one: SELECT outcome, balance_after FROM purchase(:shop, {customer}, ARRAY[{product},{second}], '{2,1}', 'bought-{n}', {order})
        = created, 70
    one: SELECT outcome, (entry).balance_after FROM payment_record(:shop, {customer}, 90, 'paid-{n}', {paid}, ARRAY[{order}], '{70}')
        = created, -20";

/// A customer who may owe 100 and has bought nothing.
const NEW: &str = "one: SELECT FROM customer_create(:shop, {customer}, 'C', NULL, 100, false)
    one: SELECT FROM product_create(:shop, {second}, 'second-{n}', 'Q', 30, 9)";

/// What somebody asks for.
#[derive(Clone, Copy)]
struct Act {
    name: &'static str,
    /// The columns of the answer, and the call.
    sql: (&'static str, &'static str),
    /// The answer to whoever comes first.
    answer: &'static str,
    /// What it waits for, if somebody holds it: the customer; a product; or both, the customer first.
    locks: Locks,
}

#[derive(Clone, Copy, PartialEq)]
enum Locks {
    Customer,
    Product,
    Both,
}
use Locks::{Both, Customer, Product};

const RETURNED: &str = "outcome, total, allocated, balance_after, line_nos, requested, available";
const ENTRY: &str = "outcome, (entry).balance_after, amounts, available_amounts, requested, available";
const BOUGHT: &str = "outcome, balance_after";
const MOVED: &str = "outcome, stock_after";

/// Both pieces of the first line, which is all of it.
const RETURN: Act = Act {
    name: "return",
    sql: (RETURNED, "return_record(:shop, {order}, '{1}', '{2}', '{NULL}', 'torn', {key})"),
    answer: "created, 40, 40, -10, {1}, null, null",
    locks: Both,
};
const RETURN_ONE: Act = Act {
    name: "return one",
    sql: (RETURNED, "return_record(:shop, {order}, '{1}', '{1}', '{NULL}', 'torn', {key})"),
    answer: "created, 20, 20, 10, {1}, null, null",
    locks: Both,
};
/// The second line.
const RETURN_OTHER: Act = Act {
    name: "return the other line",
    sql: (RETURNED, "return_record(:shop, {order}, '{2}', '{1}', '{NULL}', 'torn', {key})"),
    answer: "created, 30, 30, 0, {2}, null, null",
    locks: Both,
};
const RETURN_ALL: Act = Act {
    name: "return all",
    sql: (RETURNED, "return_record(:shop, {order}, '{2,1}', '{1,2}', '{NULL,NULL}', 'torn', {key})"),
    answer: "created, 70, 45, -40, {1,2}, null, null",
    locks: Both,
};
const PAY_CHARGE: Act = Act {
    name: "pay the charge",
    sql: (ENTRY, "payment_record(:shop, {customer}, 45, {key}, NULL, ARRAY[{order}], '{45}')"),
    answer: "created, -15, {45}, null, null, null",
    locks: Customer,
};
const PAY: Act = Act {
    name: "pay",
    sql: (ENTRY, "payment_record(:shop, {customer}, 10, {key})"),
    answer: "created, 20, null, null, null, null",
    locks: Customer,
};
const SET: Act = Act {
    name: "allocate",
    sql: (ENTRY, "allocation_record(:shop, {customer}, ARRAY[{order}], '{15}', NULL, {key})"),
    answer: "created, 30, {15}, null, null, null",
    locks: Customer,
};
const TAKE_BACK: Act = Act {
    name: "take back",
    sql: (ENTRY, "allocation_record(:shop, {customer}, ARRAY[{order}], '{-25}', NULL, {key})"),
    answer: "created, 30, {-25}, null, null, null",
    locks: Customer,
};
const REVERSE: Act = Act {
    name: "reverse",
    sql: (ENTRY, "reversal_record(:shop, '{payment}', {paid}, 'it bounced', {key})"),
    answer: "created, 70, {-25}, null, null, null",
    locks: Customer,
};
const CREDIT: Act = Act {
    name: "credit the charge",
    sql: (
        ENTRY,
        "adjustment_record(:shop, {customer}, 'credit', 45, 'why', {key}, p_charge_ids => ARRAY[{order}], p_amounts => '{45}')",
    ),
    answer: "created, -15, {45}, null, null, null",
    locks: Customer,
};
const WRITE_OFF: Act = Act {
    name: "write off",
    sql: (
        ENTRY,
        "adjustment_record(:shop, {customer}, 'write_off', 30, 'why', {key}, p_charge_ids => ARRAY[{order}], p_amounts => '{30}')",
    ),
    answer: "created, 0, {30}, null, null, null",
    locks: Customer,
};
const FEE: Act = Act {
    name: "fee",
    sql: (ENTRY, "adjustment_record(:shop, {customer}, 'fee', 70, 'why', {key})"),
    answer: "created, 100, null, null, null, null",
    locks: Customer,
};
const REFUND: Act = Act {
    name: "refund",
    sql: (ENTRY, "refund_record(:shop, {customer}, 10, 'why', {key})"),
    answer: "credit_balance_exceeded, null, null, null, 10, 0",
    locks: Customer,
};
const BUY: Act = Act {
    name: "buy",
    sql: (BOUGHT, "purchase(:shop, {customer}, ARRAY[{second}], '{1}', {key})"),
    answer: "created, 60",
    locks: Both,
};
/// The product that is sold out.
const BUY_SOLD_OUT: Act = Act {
    name: "buy what is sold out",
    sql: (BOUGHT, "purchase(:shop, {customer}, ARRAY[{product}], '{1}', {key})"),
    answer: "insufficient_stock, null",
    locks: Both,
};
const OTHER_BUYS: Act = Act {
    name: "somebody else buys what is sold out",
    sql: (BOUGHT, "purchase(:shop, {other}, ARRAY[{product}], '{1}', {key})"),
    answer: "insufficient_stock, null",
    locks: Product,
};
const RESTOCK: Act = Act {
    name: "restock",
    sql: (MOVED, "stock_movement_record(:shop, {product}, 1, 'delivery', {key})"),
    answer: "created, 1",
    locks: Product,
};
const CORRECT: Act = Act {
    name: "correct the stock",
    sql: (MOVED, "stock_movement_record(:shop, {product}, -1, 'broken', {key})"),
    answer: "insufficient_stock, 0",
    locks: Product,
};

/// The first of a pair, the second, and the answer to the second. Lines of a script may follow it.
type Pair<'a> = (Act, Act, &'a str);

/// In each pair, `first` decides and commits, while `second` waits and is answered then.
async fn meet(story: &str, pairs: &[Pair<'_>]) {
    play_all(pairs.iter().enumerate().map(|(n, pair)| script(story, n, *pair))).await;
}

fn script(story: &str, n: usize, (first, second, answer): Pair<'_>) -> String {
    let place = match (first.locks, second.locks) {
        (Product, _) | (_, Product) => "products",
        _ => "customers",
    };
    let ask = |act: Act, key: &str| {
        let (columns, call) = act.sql;
        format!("SELECT {columns} FROM {}", call.replace("{key}", &format!("'{key}-{n}'")))
    };
    let script = format!(
        "-- {}, then {}
         {story}
         one: BEGIN
         one: {}
             = {}
         two: {}
             waits for one on {place}
         one: COMMIT
         two returns
             = {answer}",
        first.name,
        second.name,
        ask(first, "first"),
        first.answer,
        ask(second, "second"),
    );
    let names = ["{customer}", "{other}", "{product}", "{second}", "{order}", "{paid}"];
    let script = names.iter().zip(1..).fold(script, |script, (name, kind)| {
        script.replace(name, &format!("'eeeeeeee-000{kind}-7000-8000-{n:012}'::uuid"))
    });
    script.replace("{n}", &n.to_string())
}

#[tokio::test]
async fn of_two_returns_the_second_gets_what_the_first_left_of_the_lines_and_of_the_charge() {
    let pairs = [
        (RETURN, RETURN, "quantity_exceeds_returnable, null, null, null, {1}, {2}, {0}"),
        (RETURN, RETURN_ONE, "quantity_exceeds_returnable, null, null, null, {1}, {1}, {0}"),
        (RETURN_ONE, RETURN, "quantity_exceeds_returnable, null, null, null, {1}, {2}, {1}"),
        (RETURN_ONE, RETURN_ONE, "created, 20, 20, -10, {1}, null, null"),
        // Two lines of one order: 5 of the charge are left to be settled by name, or 15.
        (RETURN, RETURN_OTHER, "created, 30, 5, -40, {2}, null, null"),
        (RETURN_OTHER, RETURN, "created, 40, 15, -40, {1}, null, null"),
        (RETURN, RETURN_ALL, "quantity_exceeds_returnable, null, null, null, {1}, {2}, {0}"),
        (RETURN_OTHER, RETURN_ALL, "quantity_exceeds_returnable, null, null, null, {2}, {1}, {0}"),
        (RETURN_ALL, RETURN_OTHER, "quantity_exceeds_returnable, null, null, null, {2}, {1}, {0}"),
        (RETURN_ALL, RETURN_ALL, "quantity_exceeds_returnable, null, null, null, {1,2}, {2,1}, {0,0}"),
    ];
    meet(SOLD, &pairs).await;
}

/// Of the charge, 65 are settled by name after the return, so 5 can be. 10 are in credit, and 15 are unapplied.
#[tokio::test]
async fn whoever_waited_for_a_return_decides_on_what_it_left() {
    let pairs = [
        (RETURN, PAY_CHARGE, "charge_open_amount_exceeded, null, {45}, {5}, null, null"),
        (RETURN, PAY, "created, -20, null, null, null, null"),
        (RETURN, SET, "charge_open_amount_exceeded, null, {15}, {5}, null, null"),
        (RETURN, TAKE_BACK, "created, -10, {-25}, null, null, null"),
        (RETURN, REVERSE, "created, 30, {-25}, null, null, null"),
        (RETURN, CREDIT, "charge_open_amount_exceeded, null, {45}, {5}, null, null"),
        (RETURN, WRITE_OFF, "balance_exceeded, null, null, null, 30, 0"),
        (RETURN, FEE, "created, 60, null, null, null, null"),
        (RETURN, REFUND, "created, 0, null, null, null, null"),
        (RETURN, BUY, "created, 20"),
        (RETURN, BUY_SOLD_OUT, "created, 10"),
        (RETURN, OTHER_BUYS, "created, 20"),
        (RETURN, RESTOCK, "created, 3"),
        (RETURN, CORRECT, "created, 1"),
    ];
    meet(SOLD, &pairs).await;
}

#[tokio::test]
async fn a_return_credits_what_was_bought_and_settles_what_whoever_came_before_left_open() {
    let pairs = [
        (PAY_CHARGE, RETURN, "created, 40, 0, -55, {1}, null, null"),
        (PAY, RETURN, "created, 40, 40, -20, {1}, null, null"),
        (SET, RETURN, "created, 40, 30, -10, {1}, null, null"),
        (TAKE_BACK, RETURN, "created, 40, 40, -10, {1}, null, null"),
        (REVERSE, RETURN, "created, 40, 40, 30, {1}, null, null"),
        (CREDIT, RETURN, "created, 40, 0, -55, {1}, null, null"),
        (WRITE_OFF, RETURN, "created, 40, 15, -40, {1}, null, null"),
        (FEE, RETURN, "created, 40, 40, 60, {1}, null, null"),
        (REFUND, RETURN, "created, 40, 40, -10, {1}, null, null"),
        (BUY, RETURN, "created, 40, 40, 20, {1}, null, null"),
        (BUY_SOLD_OUT, RETURN, "created, 40, 40, -10, {1}, null, null"),
        (OTHER_BUYS, RETURN, "created, 40, 40, -10, {1}, null, null"),
        (
            RESTOCK,
            RETURN,
            "created, 40, 40, -10, {1}, null, null\n one: SELECT stock FROM products WHERE id = {product}\n = 3",
        ),
        (
            CORRECT,
            RETURN,
            "created, 40, 40, -10, {1}, null, null\n one: SELECT stock FROM products WHERE id = {product}\n = 2",
        ),
    ];
    meet(SOLD, &pairs).await;
}

#[tokio::test]
async fn what_was_settled_or_given_up_before_is_not_given_up_again() {
    let pairs = [
        (WRITE_OFF, WRITE_OFF, "balance_exceeded, null, null, null, 30, 0"),
        (WRITE_OFF, PAY_CHARGE, "charge_open_amount_exceeded, null, {45}, {15}, null, null"),
        (PAY_CHARGE, WRITE_OFF, "balance_exceeded, null, null, null, 30, 0"),
        (WRITE_OFF, PAY, "created, -10, null, null, null, null"),
        (PAY, WRITE_OFF, "balance_exceeded, null, null, null, 30, 20"),
        (WRITE_OFF, REVERSE, "created, 40, {-25}, null, null, null"),
        (REVERSE, WRITE_OFF, "created, 40, {30}, null, null, null"),
        (WRITE_OFF, SET, "created, 0, {15}, null, null, null"),
        (SET, WRITE_OFF, "created, 0, {30}, null, null, null"),
        (CREDIT, PAY_CHARGE, "charge_open_amount_exceeded, null, {45}, {0}, null, null"),
        (PAY_CHARGE, CREDIT, "charge_open_amount_exceeded, null, {45}, {0}, null, null"),
        (CREDIT, REVERSE, "created, 25, {-25}, null, null, null"),
        (REVERSE, CREDIT, "created, 25, {45}, null, null, null"),
        (FEE, BUY, "credit_limit_exceeded, null"),
        (BUY, FEE, "credit_limit_exceeded, null, null, null, 70, 60"),
        (FEE, REVERSE, "created, 140, {-25}, null, null, null"),
        (REVERSE, FEE, "credit_limit_exceeded, null, null, null, 70, 70"),
    ];
    meet(SOLD, &pairs).await;
}

/// A credit balance of 20, and 70 of the payment that gave it are allocated.
#[tokio::test]
async fn a_credit_balance_is_paid_out_or_taken_back_or_used_and_none_of_it_twice() {
    let refund = Act {
        sql: (ENTRY, "refund_record(:shop, {customer}, 20, 'why', {key})"),
        answer: "created, 0, null, null, null, null",
        ..REFUND
    };
    let reverse = Act { answer: "created, 70, {-70}, null, null, null", ..REVERSE };
    let pay = Act { answer: "created, -30, null, null, null, null", ..PAY };
    let buy = Act { answer: "created, 10", ..BUY };
    let give_back = Act { answer: "created, 40, 0, -60, {1}, null, null", ..RETURN };
    let pairs = [
        (refund, refund, "credit_balance_exceeded, null, null, null, 20, 0"),
        // The refund is a charge of 20, which the reversal leaves open with the 70.
        (refund, reverse, "created, 90, {-70}, null, null, null"),
        (reverse, refund, "credit_balance_exceeded, null, null, null, 20, 0"),
        (refund, buy, "created, 30"),
        (buy, refund, "credit_balance_exceeded, null, null, null, 20, 0"),
        (refund, pay, "created, -10, null, null, null, null"),
        (pay, refund, "created, -10, null, null, null, null"),
        (refund, give_back, "created, 40, 0, -40, {1}, null, null"),
        (give_back, refund, "created, -40, null, null, null, null"),
        (reverse, reverse, "already_reversed, 70, null, null, null, null"),
        (reverse, pay, "created, 60, null, null, null, null"),
        (pay, reverse, "created, 60, {-70}, null, null, null"),
        (reverse, buy, "created, 100"),
        (buy, reverse, "created, 100, {-70}, null, null, null"),
        // The return finds nothing to settle by name. Its credit settles the oldest charge once that is open again.
        (give_back, reverse, "created, 30, {-70}, null, null, null"),
        (reverse, give_back, "created, 40, 40, 30, {1}, null, null"),
    ];
    meet(IN_CREDIT, &pairs).await;
}

/// An entry keeps the limit of its moment, and who exceeded it is known only if it would have been refused then.
#[tokio::test]
async fn a_purchase_beyond_the_limit_and_a_change_of_the_limit_are_one_after_the_other() {
    let limit = |sql| Act { name: "change the limit", sql: ("outcome", sql), answer: "updated", locks: Customer };
    let raise = limit("customer_update(:shop, {customer}, NULL, 150, NULL, false, NULL)");
    let lower = limit("customer_update(:shop, {customer}, NULL, 40, NULL, false, NULL)");
    let buy = Act { answer: "created, 30", ..BUY };
    let exceed = Act {
        name: "buy beyond the limit",
        sql: (
            BOUGHT,
            "purchase(:shop, {customer}, ARRAY[{second}], '{4}', {key}, p_options => '{\"authorized_limit\": 150}')",
        ),
        answer: "created, 120",
        locks: Both,
    };
    let charge = Act {
        name: "charge beyond the limit",
        sql: (ENTRY, "adjustment_record(:shop, {customer}, 'debit', 120, 'why', {key}, p_authorized_limit => 150)"),
        answer: "created, 120, null, null, null, null",
        locks: Customer,
    };
    let entries = |answer: &str, rows: &[&str]| {
        let rows = rows.join("\n = ");
        format!(
            "{answer}\n one: SELECT credit_limit, authorized_limit FROM credit_ledger WHERE customer_id = {{customer}} ORDER BY entry_no\n = {rows}"
        )
    };
    let charged = "created, 120, null, null, null, null";
    let pairs = [
        (raise, exceed, entries("created, 120", &["150, null"])),
        (exceed, raise, entries("updated", &["100, 150"])),
        (lower, exceed, entries("created, 120", &["40, 150"])),
        (exceed, lower, entries("updated", &["100, 150"])),
        (raise, charge, entries(charged, &["150, null"])),
        (charge, raise, entries("updated", &["100, 150"])),
        (lower, charge, entries(charged, &["40, 150"])),
        (charge, lower, entries("updated", &["100, 150"])),
        (lower, buy, entries("created, 30", &["40, null"])),
        (exceed, buy, entries("credit_limit_exceeded, null", &["100, 150"])),
        (buy, exceed, entries("created, 150", &["100, null", "100, 150"])),
        (exceed, exceed, entries("credit_limit_exceeded, null", &["100, 150"])),
        (exceed, charge, entries("credit_limit_exceeded, null, null, null, 120, 120", &["100, 150"])),
        (charge, exceed, entries("credit_limit_exceeded, null", &["100, 150"])),
    ];
    let pairs: Vec<_> = pairs.iter().map(|(first, second, answer)| (*first, *second, answer.as_str())).collect();
    meet(NEW, &pairs).await;
}

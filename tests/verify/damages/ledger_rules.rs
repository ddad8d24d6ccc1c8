//! Damage to what the rules of a ledger entry say, after `unprotected.sql`.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "an entry has a kind that nobody knows",
        "ledger_entries",
        &["the kind is not known", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET kind = 'gift' WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "a purchase pays",
        "ledger_entries",
        &["a purchase cannot pay", "0000000000e2"],
        "UPDATE tallystick.credit_ledger SET amount = -1 WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "a payment charges",
        "ledger_entries",
        &["what is of kind payment must pay", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET amount = 500 WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "amounts are beyond what JSON can hold",
        "ledger_entries",
        &["the amount is not safe money; the balance is not safe money", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET amount = -9007199254740992, balance_after = -9007199254740992
         WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "a charge went above its limit",
        "credit_limits",
        &["the debt went above the credit limit", "\"credit_limit\":1799", "\"balance_after\":1800"],
        "UPDATE tallystick.credit_ledger SET credit_limit = 1799 WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "a charge lost its limit",
        "credit_limits",
        &["a new debt keeps the credit limit", "0000000000e2"],
        "UPDATE tallystick.credit_ledger SET credit_limit = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "a payment is held to a limit",
        "credit_limits",
        &["a new debt keeps the credit limit of its moment, and nothing else does", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET credit_limit = 10000 WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "a limit is beyond what JSON can hold",
        "credit_limits",
        &["the credit limit is not safe money", "0000000000e2"],
        "UPDATE tallystick.credit_ledger SET credit_limit = 9007199254740992
         WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "one key moved money twice",
        "idempotency_keys",
        &["the key was used 2 times", "\"idempotency_key\":\"key-1\"", "credit_ledger"],
        "UPDATE tallystick.credit_ledger SET idempotency_key = 'key-1' WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "one key moved stock twice",
        "idempotency_keys",
        &["the key was used 2 times", "\"idempotency_key\":\"key-1\"", "stock_movements"],
        "UPDATE tallystick.stock_movements SET idempotency_key = 'key-1'
         WHERE id = '0a000000-0000-7000-8000-0000000000f2'",
    ),
    damage(
        "a key has a blank in it",
        "idempotency_keys",
        &["the key is not 1 to 255 visible ASCII characters", "key 3"],
        "UPDATE tallystick.credit_ledger SET idempotency_key = 'key 3' WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "a key is too long",
        "idempotency_keys",
        &["the key is not 1 to 255 visible ASCII characters", "xxx"],
        "UPDATE tallystick.credit_ledger SET idempotency_key = repeat('x', 256) WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "a fingerprint was cut short",
        "idempotency_keys",
        &["the fingerprint is not a SHA-256", "key-3"],
        "UPDATE tallystick.credit_ledger SET request_fingerprint = 'x' WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "a fee pays",
        "ledger_entries",
        &["what is of kind fee must charge", "\"entry_no\":2"],
        "UPDATE tallystick.credit_ledger SET amount = -50
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 2",
    ),
    damage(
        "a reversal takes nothing back",
        "ledger_entries",
        &["what is of kind reversal must charge", "\"entry_no\":7"],
        "UPDATE tallystick.credit_ledger SET amount = 0
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "a write-off charges",
        "ledger_entries",
        &["what is of kind write_off must pay", "\"entry_no\":6"],
        "UPDATE tallystick.credit_ledger SET amount = 0
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 6",
    ),
    damage(
        "a return charges",
        "ledger_entries",
        &["a return cannot charge", "\"entry_no\":10"],
        "UPDATE tallystick.credit_ledger SET amount = 1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 10",
    ),
    damage(
        "an allocation pays",
        "ledger_entries",
        &["an allocation has no amount", "\"entry_no\":8"],
        "UPDATE tallystick.credit_ledger SET amount = -1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 8",
    ),
    damage(
        "nobody asked for an entry, for too long a reason",
        "ledger_entries",
        &[
            "it does not say who asked for it; the reason is not short text; the reference is not short text",
            "\"entry_no\":5",
        ],
        "UPDATE tallystick.credit_ledger SET actor = NULL, reason = repeat('x', 501), reference = ''
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "who asked for an entry and what it refers to are too long",
        "ledger_entries",
        &["it does not say who asked for it; the reference is not short text", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET actor = repeat('x', 301), reference = repeat('x', 201)
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "a debit went above the limit that was authorized",
        "credit_limits",
        &["the debt went above the credit limit", "\"authorized_limit\":1599", "\"balance_after\":1600"],
        "UPDATE tallystick.credit_ledger SET authorized_limit = 1599
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 9",
    ),
    damage(
        "a debit above the limit was not authorized",
        "credit_limits",
        &["the debt went above the credit limit", "\"credit_limit\":1550", "\"balance_after\":1600"],
        "UPDATE tallystick.credit_ledger SET authorized_limit = NULL
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 9",
    ),
    damage(
        "a payment was authorized to go above a limit",
        "credit_limits",
        &["a limit was authorized for what is no new debt", "\"entry_no\":4"],
        "UPDATE tallystick.credit_ledger SET authorized_limit = 9
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 4",
    ),
    damage(
        "an authorized limit is below zero",
        "credit_limits",
        &["the authorized limit is not safe money", "\"entry_no\":9"],
        "UPDATE tallystick.credit_ledger SET authorized_limit = -1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 9",
    ),
    damage(
        "a fee is held to no limit",
        "credit_limits",
        &["a new debt keeps the credit limit of its moment, and nothing else does", "\"entry_no\":2"],
        "UPDATE tallystick.credit_ledger SET credit_limit = NULL
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 2",
    ),
    damage(
        "what is owed and held went above the limit",
        "credit_limits",
        &["the debt went above the credit limit", "\"authorized_limit\":1700", "\"balance_after\":1600"],
        "UPDATE tallystick.credit_ledger SET held_total = 101
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 9",
    ),
    damage(
        "a refund pays out what is owed",
        "credit_limits",
        &["the refund pays out more than the credit balance", "\"balance_after\":1"],
        "UPDATE tallystick.credit_ledger SET balance_after = 1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 12",
    ),
    damage(
        "a write-off gives up what is not owed",
        "credit_limits",
        &["the write-off gives up more than the balance", "\"balance_after\":-1"],
        "UPDATE tallystick.credit_ledger SET balance_after = -1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 6",
    ),
    damage(
        "more was allocated than was paid",
        "ledger_credit",
        &["unapplied credit is -1", "\"entry_no\":8"],
        "UPDATE tallystick.credit_ledger SET allocated_total = 151
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 8",
    ),
    damage(
        "unapplied credit does not fit in 64 bits",
        "ledger_credit",
        &["unapplied credit is -18446744073709551865", "\"entry_no\":11"],
        "UPDATE tallystick.credit_ledger SET charged_total = -9223372036854775808, balance_after = 9223372036854775807
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 11",
    ),
    damage(
        "allocated credit is below zero",
        "ledger_credit",
        &["allocated_total is below zero", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET allocated_total = -1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "a payment allocates more than itself",
        "ledger_credit",
        &["it allocates 401, which is more than itself", "\"entry_no\":4"],
        "UPDATE tallystick.credit_ledger SET allocated_total = 401
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 4",
    ),
    damage(
        "a fee allocates",
        "ledger_credit",
        &["it allocates 1, which is more than itself", "\"entry_no\":2"],
        "UPDATE tallystick.credit_ledger SET allocated_total = 1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 2",
    ),
    damage(
        "a credit takes back what was allocated",
        "ledger_credit",
        &["it takes 1 back, and is no reversal", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET allocated_total = 299
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "a reversal takes back more than itself",
        "ledger_credit",
        &["it takes 401 back, which is more than itself", "\"entry_no\":7"],
        "UPDATE tallystick.credit_ledger SET allocated_total = 451
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 6",
    ),
    damage(
        "more is ahead than was allocated",
        "ledger_credit",
        &["ahead_total is no part of allocated_total", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET ahead_total = 301
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "less than nothing is ahead",
        "ledger_credit",
        &["ahead_total is no part of allocated_total", "\"entry_no\":1"],
        "UPDATE tallystick.credit_ledger SET ahead_total = -1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 1",
    ),
    damage(
        "something is ahead of a customer without debt",
        "ledger_credit",
        &["something is ahead without debt", "\"entry_no\":11"],
        "UPDATE tallystick.credit_ledger SET ahead_total = 1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 11",
    ),
    damage(
        "a charge settles others",
        "ledger_credit",
        &["a charge settles nothing, but ahead_total changed", "\"entry_no\":9"],
        "UPDATE tallystick.credit_ledger SET ahead_total = 149
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 9",
    ),
    damage(
        "a credit opens what was settled",
        "ledger_credit",
        &["a credit puts ahead at most what it allocates", "\"entry_no\":6"],
        "UPDATE tallystick.credit_ledger SET ahead_total = 200
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "a reversal settles",
        "ledger_credit",
        &["a reversal settles nothing", "\"entry_no\":7"],
        "UPDATE tallystick.credit_ledger SET ahead_total = 451
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 6",
    ),
    damage(
        "something is held although nothing can be",
        "ledger_credit",
        &["nothing can be held yet", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET held_total = 1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no >= 5",
    ),
    damage(
        "a reversal takes another amount back",
        "reversals",
        &["its amount is 399, but that of the entry -400", "\"entry_no\":7", "\"reverses_no\":4"],
        "UPDATE tallystick.credit_ledger SET amount = 399
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "a reversal takes a purchase back",
        "reversals",
        &["what it takes back is of kind purchase", "\"entry_no\":7"],
        "UPDATE tallystick.credit_ledger SET reverses_no = 3
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "a reversal takes another customer's entry back",
        "reversals",
        &["the customer has no such entry", "\"entry_no\":7"],
        "UPDATE tallystick.credit_ledger SET reverses_no = 99
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "a reversal takes itself back",
        "reversals",
        &["it takes a later entry back; what it takes back is of kind reversal", "\"entry_no\":7"],
        "UPDATE tallystick.credit_ledger SET reverses_no = 7
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "a reversal takes nothing in particular back",
        "reversals",
        &["it takes no entry back", "\"entry_no\":7"],
        "UPDATE tallystick.credit_ledger SET reverses_no = NULL
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "a payment takes an entry back",
        "reversals",
        &["it takes an entry back and is no reversal", "\"entry_no\":11"],
        "UPDATE tallystick.credit_ledger SET reverses_no = 1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 11",
    ),
    damage(
        "an entry was taken back twice",
        "reversals",
        &["the entry was taken back 2 times", "\"entry_no\":13"],
        "UPDATE tallystick.credit_ledger SET reverses_no = 4, amount = 400
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 13",
    ),
];

//! Damage to money, after `unprotected.sql`.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "an entry in the middle was deleted",
        "ledger_chain",
        &["entry_no should be 2", "\"entry_no\":3", "0000000000c1", "\"business_id\":\"0a000000"],
        "DELETE FROM tallystick.credit_ledger WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "a customer's first entry was deleted",
        "ledger_chain",
        &["entry_no should be 1", "\"entry_no\":2"],
        "DELETE FROM tallystick.credit_ledger WHERE id = '0a000000-0000-7000-8000-0000000000e1'",
    ),
    damage(
        "an entry is there twice",
        "ledger_chain",
        &["entry_no should be 3", "\"entry_no\":2"],
        "INSERT INTO tallystick.credit_ledger
             (business_id, customer_id, entry_no, id, kind, amount, balance_before, balance_after, charged_total)
         SELECT business_id, customer_id, entry_no, gen_random_uuid(), kind, amount, balance_before, balance_after, charged_total
         FROM tallystick.credit_ledger WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "a balance was rewritten",
        "ledger_chain",
        &["balance_after should be 1800", "\"entry_no\":2"],
        "UPDATE tallystick.credit_ledger SET balance_after = 1 WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "an entry does not start from the balance before it",
        "ledger_chain",
        &["balance_before should be 800, which the entry before it left", "\"entry_no\":2"],
        "UPDATE tallystick.credit_ledger SET balance_before = 0, balance_after = 1000
         WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "the sum of charges was rewritten",
        "ledger_chain",
        &["charged_total should be 1800", "\"entry_no\":2"],
        "UPDATE tallystick.credit_ledger SET charged_total = 1 WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "figures are so large that they do not add up in 64 bits",
        "ledger_chain",
        &["balance_after should be", "\"entry_no\":2"],
        "ALTER TABLE tallystick.credit_ledger ALTER charged_before DROP EXPRESSION;
         UPDATE tallystick.credit_ledger SET amount = 9223372036854775807, charged_total = -9223372036854775807
         WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "previous_entry_no is not derived any more",
        "ledger_chain",
        &["previous_entry_no is not derived", "\"entry_no\":2"],
        "ALTER TABLE tallystick.credit_ledger ALTER previous_entry_no DROP EXPRESSION;
         UPDATE tallystick.credit_ledger SET previous_entry_no = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "charged_before is not derived any more",
        "ledger_chain",
        &["charged_before is not derived", "\"entry_no\":2"],
        "ALTER TABLE tallystick.credit_ledger ALTER charged_before DROP EXPRESSION;
         UPDATE tallystick.credit_ledger SET charged_before = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "order_id is not derived any more",
        "ledger_chain",
        &["order_id is not derived", "\"entry_no\":2"],
        "ALTER TABLE tallystick.credit_ledger ALTER order_id DROP EXPRESSION;
         UPDATE tallystick.credit_ledger SET order_id = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "first_entry_customer_id is not derived any more",
        "ledger_chain",
        &["first_entry_customer_id is not derived", "\"entry_no\":1"],
        "ALTER TABLE tallystick.credit_ledger ALTER first_entry_customer_id DROP EXPRESSION;
         UPDATE tallystick.credit_ledger SET first_entry_customer_id = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e1'",
    ),
    damage(
        "an amount was changed, the balances not",
        "ledger_balances",
        &["the balance is 1300, but the amounts add up to 1290", "0000000000c1"],
        "UPDATE tallystick.credit_ledger SET amount = -510 WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "the last sum of charges was changed",
        "ledger_balances",
        &["charged_total is 9, but the charges add up to 1800"],
        "UPDATE tallystick.credit_ledger SET charged_total = 9 WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "entries are missing before the last",
        "ledger_balances",
        &["the last entry_no is 3, but there are 1 entries"],
        "DELETE FROM tallystick.credit_ledger
         WHERE customer_id = '0a000000-0000-7000-8000-0000000000c1' AND entry_no < 3",
    ),
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
        &["a payment must pay", "0000000000e3"],
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
        &["the charge went above the credit limit", "\"credit_limit\":1799", "\"balance_after\":1800"],
        "UPDATE tallystick.credit_ledger SET credit_limit = 1799 WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "a charge lost its limit",
        "credit_limits",
        &["a purchase keeps the credit limit", "0000000000e2"],
        "UPDATE tallystick.credit_ledger SET credit_limit = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
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
        "a fingerprint was cut short",
        "idempotency_keys",
        &["the fingerprint is not a SHA-256", "key-3"],
        "UPDATE tallystick.credit_ledger SET request_fingerprint = 'x' WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
];

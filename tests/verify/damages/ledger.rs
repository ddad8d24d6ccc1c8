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
        "the allocated credit before an entry was changed",
        "ledger_chain",
        &["allocated_before should be 300, which the entry before it left", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET allocated_before = 299
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "what is ahead before an entry was changed",
        "ledger_chain",
        &["ahead_before should be 300, which the entry before it left", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET ahead_before = 299
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "what is held before an entry was changed",
        "ledger_chain",
        &["held_before should be 0, which the entry before it left", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET held_before = 1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "an entry begins from another run of due times",
        "ledger_chain",
        &["due_run_before should be 2, which the entry before it left", "\"entry_no\":9"],
        "UPDATE tallystick.credit_ledger SET due_run_before = 1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 9",
    ),
    damage(
        "an entry begins from another due time",
        "ledger_chain",
        &["due_before should be 2026-01-15 00:00:00+00, which the entry before it left", "\"entry_no\":3"],
        "UPDATE tallystick.credit_ledger SET due_before = '2026-01-16'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 3",
    ),
    damage(
        "a payment has a due time of its own",
        "ledger_chain",
        &["it is no charge, so due_at and due_run_from should be as before", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET due_at = due_at + interval '1 day'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "a payment begins a run of due times",
        "ledger_chain",
        &["it is no charge, so due_at and due_run_from should be as before", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET due_run_from = 5
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "an entry was hashed after another one than it follows",
        "ledger_chain",
        &["previous_hash is not the hash of the entry before it", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET previous_hash = sha256('x')
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "a first entry says that something was before it",
        "ledger_chain",
        &["previous_hash is not the hash of the entry before it", "\"entry_no\":1"],
        "UPDATE tallystick.credit_ledger SET previous_hash = sha256('x')
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 1",
    ),
    damage(
        "times fall along the chain",
        "ledger_chain",
        &["it is earlier than the entry before it, which is of ", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET created_at = created_at - interval '1 hour'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "a reversal counts as a charge",
        "ledger_chain",
        &["charged_total should be 1550", "\"entry_no\":7"],
        "ALTER TABLE tallystick.credit_ledger ALTER charged_before DROP EXPRESSION;
         UPDATE tallystick.credit_ledger SET charged_total = charged_total + amount
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "an entry has the least number there is",
        "ledger_chain",
        &["entry_no should be 1", "\"entry_no\":-9223372036854775808"],
        "ALTER TABLE tallystick.credit_ledger ALTER previous_entry_no DROP EXPRESSION;
         UPDATE tallystick.credit_ledger SET entry_no = -9223372036854775808
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "two entries have the greatest number there is",
        "ledger_chain",
        &["entry_no should be 9223372036854775808", "\"entry_no\":9223372036854775807"],
        "UPDATE tallystick.credit_ledger SET entry_no = 9223372036854775807
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no >= 12",
    ),
    damage(
        "credit was allocated that no entry allocates",
        "ledger_balances",
        &["allocated_total is 251, but the entries allocate 250"],
        "UPDATE tallystick.credit_ledger SET allocated_before = 251, allocated_total = 251
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 13",
    ),
    damage(
        "something is ahead that no entry put there",
        "ledger_balances",
        &["ahead_total is 7, but the entries add up to 0"],
        "UPDATE tallystick.credit_ledger SET ahead_before = 7, ahead_total = 7
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 13",
    ),
    damage(
        "something is held that no entry holds",
        "ledger_balances",
        &["held_total is 7, but the entries hold 0"],
        "UPDATE tallystick.credit_ledger SET held_before = 7, held_total = 7
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 13",
    ),
];

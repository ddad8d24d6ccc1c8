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
             (business_id, customer_id, entry_no, id, kind, amount, balance_after, charged_total)
         SELECT business_id, customer_id, entry_no, gen_random_uuid(), kind, amount, balance_after, charged_total
         FROM tallystick.credit_ledger WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "a balance was rewritten",
        "ledger_chain",
        &["balance_after should be 1800", "\"entry_no\":2"],
        "UPDATE tallystick.credit_ledger SET balance_after = 1 WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
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
        "UPDATE tallystick.credit_ledger SET amount = 9223372036854775807, charged_total = -9223372036854775807
         WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "an entry begins with another balance than the one before it left",
        "ledger_chain",
        &["balance_after should be 0", "\"entry_no\":3"],
        "UPDATE tallystick.credit_ledger SET balance_after = 500 WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
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
        "a payment has a due time of its own",
        "ledger_chain",
        &["it is no charge, so due_at should still be ", ", and due_run_from 2", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET due_at = due_at + interval '1 day'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "a payment begins a run of due times",
        "ledger_chain",
        &["it is no charge, so due_at should still be ", ", and due_run_from 2", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET due_run_from = 5
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "a payment is due on a day",
        "ledger_chain",
        &["it is no charge, and due on a day", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET due_date = '2026-03-01'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
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
        "UPDATE tallystick.credit_ledger SET charged_total = charged_total + amount
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "an entry has the least number there is",
        "ledger_chain",
        &["entry_no should be 1", "\"entry_no\":-9223372036854775808"],
        "UPDATE tallystick.credit_ledger SET entry_no = -9223372036854775808
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
        &["allocated_total is 231, but allocations add up to 230"],
        "UPDATE tallystick.credit_ledger SET allocated_total = 231
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 14",
    ),
];

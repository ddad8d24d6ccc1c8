//! Damage to times and to when charges are due, after `unprotected.sql`.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "a charge is due at no time",
        "ledger_due_times",
        &["it is due at no time", "\"entry_no\":9"],
        "UPDATE tallystick.credit_ledger SET due_at = 'infinity'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 9",
    ),
    damage(
        "a charge is due long after its day",
        "ledger_due_times",
        &["it is due at 2026-03-01 00:00:00+00, which is not the end of 2026-01-31", "\"entry_no\":1"],
        "UPDATE tallystick.credit_ledger SET due_at = '2026-03-01'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 1",
    ),
    damage(
        "a charge is due on a day that is none",
        "ledger_due_times",
        &["its due_date is no day", "\"entry_no\":1"],
        "UPDATE tallystick.credit_ledger SET due_date = 'infinity'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 1",
    ),
    damage(
        "a run of due times goes on although they decrease",
        "ledger_due_times",
        &["due_run_from is 2, but due times have not decreased since entry 9", "\"entry_no\":9"],
        "UPDATE tallystick.credit_ledger SET due_run_from = 2
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 9",
    ),
    damage(
        "a run of due times begins without need",
        "ledger_due_times",
        &["due_run_from is 3, but due times have not decreased since entry 2", "\"entry_no\":3"],
        "UPDATE tallystick.credit_ledger SET due_run_from = 3
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 3",
    ),
    damage(
        "a due time was moved before those of earlier charges",
        "ledger_due_times",
        &["due_run_from is 2, but due times have not decreased since entry 3", "\"entry_no\":3"],
        "UPDATE tallystick.credit_ledger SET due_at = '2026-01-14'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 3",
    ),
    damage(
        "an entry has no time",
        "times",
        &["it has no time", "\"table\":\"credit_ledger\""],
        "UPDATE tallystick.credit_ledger SET created_at = NULL
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
    damage(
        "an entry was before all time",
        "times",
        &["it has no time", "\"table\":\"credit_ledger\""],
        "UPDATE tallystick.credit_ledger SET created_at = '-infinity'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 1",
    ),
    damage(
        "an entry is of tomorrow",
        "times",
        &["in the future", "\"table\":\"credit_ledger\""],
        "UPDATE tallystick.credit_ledger SET created_at = now() + interval '23 hours'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 13",
    ),
    damage(
        "a movement is of next year",
        "times",
        &["in the future", "\"table\":\"stock_movements\""],
        "UPDATE tallystick.stock_movements SET created_at = now() + interval '1 year'
         WHERE id = '0a000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "a product was renamed in the future",
        "times",
        &["in the future", "\"table\":\"product_versions\""],
        "UPDATE tallystick.product_versions SET created_at = now() + interval '1 hour' WHERE version_no = 2",
    ),
    damage(
        "a charge was made to look older than its id",
        "times",
        &["but its id was made at", "\"table\":\"credit_ledger\""],
        "UPDATE tallystick.credit_ledger SET created_at = created_at - interval '25 hours'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no <= 3",
    ),
    damage(
        "a movement was made to look older than its id",
        "times",
        &["but its id was made at", "\"table\":\"stock_movements\""],
        "UPDATE tallystick.stock_movements SET created_at = created_at - interval '40 days'
         WHERE product_id = '0c000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "an entry has an id of another time",
        "times",
        &["but its id was made at 2023-07-22", "\"table\":\"credit_ledger\""],
        "UPDATE tallystick.credit_ledger SET id = '01897e1a-0000-7000-8000-000000000000'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 5",
    ),
];

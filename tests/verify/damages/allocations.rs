//! Damage to which charges specific credit settles, after `unprotected.sql`.
//!
//! Of `every_kind.sql`: Dora's charge 3 has parts of 300, -300, 100 and 20, by entries 4, 7, 10 and 14.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "the first part of a charge was deleted",
        "allocations",
        &["part_no should be 1; allocated_before should be 0", "\"charge_no\":3", "\"part_no\":2"],
        "DELETE FROM tallystick.allocations
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 3 AND part_no = 1",
    ),
    damage(
        "a part in the middle was deleted",
        "allocations",
        &["part_no should be 2; allocated_before should be 300, which the part before it left", "\"charge_no\":3", "\"part_no\":3"],
        "DELETE FROM tallystick.allocations
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 3 AND part_no = 2",
    ),
    damage(
        "a part is there twice",
        "allocations",
        &["part_no should be 3", "its entry is not later than that of the part before it, which is 7", "\"part_no\":2"],
        "INSERT INTO tallystick.allocations (
             business_id, customer_id, charge_no, part_no, entry_no, amount, allocated_before, allocated_after, charge_amount, charged_total)
         SELECT business_id, customer_id, charge_no, part_no, entry_no, amount, allocated_before, allocated_after, charge_amount, charged_total
         FROM tallystick.allocations
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 3 AND part_no = 2",
    ),
    damage(
        "previous_part_no is not derived any more",
        "allocations",
        &["previous_part_no is not derived from part_no", "\"charge_no\":3", "\"part_no\":2"],
        "ALTER TABLE tallystick.allocations ALTER previous_part_no DROP EXPRESSION;
         UPDATE tallystick.allocations SET previous_part_no = NULL
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 3 AND part_no = 2",
    ),
    damage(
        "a part does not begin with what the one before it left",
        "allocations",
        &["allocated_before should be 300, which the part before it left", "allocated_after should be -1", "\"part_no\":2"],
        "UPDATE tallystick.allocations SET allocated_before = 299
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 3 AND part_no = 2",
    ),
    damage(
        "what is allocated was rewritten",
        "allocations",
        &["allocated_after should be 50", "\"charge_no\":2", "\"part_no\":1"],
        "UPDATE tallystick.allocations SET allocated_after = 49
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "a return took a part back",
        "allocations",
        &["an entry of kind return takes nothing back", "\"charge_no\":3", "\"part_no\":2"],
        "UPDATE tallystick.allocations SET entry_no = 10
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 3 AND part_no = 2",
    ),
    damage(
        "a part changes nothing",
        "allocations",
        &["it changes nothing", "\"charge_no\":2"],
        "UPDATE tallystick.allocations SET amount = 0, allocated_after = 0
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "more was taken back than was allocated",
        "allocations",
        &["more was taken back than was allocated", "\"part_no\":2"],
        "UPDATE tallystick.allocations SET amount = -301, allocated_after = -1
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 3 AND part_no = 2",
    ),
    damage(
        "more is allocated than the charge is",
        "allocations",
        &["more is allocated than the charge is", "\"charge_no\":2"],
        "UPDATE tallystick.allocations SET amount = 51, allocated_after = 51
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "a part says another amount of its charge",
        "allocations",
        &["it says 51 of 1050, but the charge is 50 of 1050", "\"charge_no\":2"],
        "UPDATE tallystick.allocations SET charge_amount = 51
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "a part says another place of its charge",
        "allocations",
        &["it says 50 of 1049, but the charge is 50 of 1050", "\"charge_no\":2"],
        "UPDATE tallystick.allocations SET charged_total = 1049
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "a part settles a payment",
        "allocations",
        &["the customer has no such charge", "\"charge_no\":4"],
        "UPDATE tallystick.allocations SET charge_no = 4
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "a part settles another customer's charge",
        "allocations",
        &["it says 50 of 1050, but the charge is 110 of 670; the customer has no such entry", "0000000000c2"],
        "UPDATE tallystick.allocations SET customer_id = '0c000000-0000-7000-8000-0000000000c2'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "a part settles what came later",
        "allocations",
        &["the charge is not earlier than the entry", "\"charge_no\":9"],
        "UPDATE tallystick.allocations SET charge_no = 9, charge_amount = 200, charged_total = 1750
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "a part is of no entry",
        "allocations",
        &["the customer has no such entry", "\"entry_no\":99"],
        "UPDATE tallystick.allocations SET entry_no = 99
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "a debit settles a fee",
        "allocations",
        &["an entry of kind debit allocates nothing", "\"entry_no\":9"],
        "UPDATE tallystick.allocations SET entry_no = 9
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "a part was made before the one before it",
        "allocations",
        &["its entry is not later than that of the part before it, which is 7", "\"part_no\":3"],
        "UPDATE tallystick.allocations SET entry_no = 6
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 3 AND part_no = 3",
    ),
    damage(
        "an entry settles a charge in two parts",
        "allocations",
        &["its entry is not later than that of the part before it, which is 7", "\"part_no\":3"],
        "UPDATE tallystick.allocations SET entry_no = 7
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 3 AND part_no = 3",
    ),
    damage(
        "a payment allocates more than its parts",
        "ledger_credit",
        &["it allocates 301, but its parts add up to 300", "\"entry_no\":4"],
        "UPDATE tallystick.credit_ledger SET allocated_total = 301
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 4",
    ),
    damage(
        "a part of a write-off is another entry's",
        "ledger_credit",
        &["it allocates 50, but its parts add up to 0", "\"entry_no\":6"],
        "UPDATE tallystick.allocations SET entry_no = 5
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND charge_no = 2 AND part_no = 1",
    ),
    damage(
        "a part was given to a charge of the same amount",
        "ledger_details",
        &["what it allocates is not that of the digest", "\"entry_no\":4", "0000000000c3"],
        "UPDATE tallystick.allocations SET charge_no = 1, charged_total = 100
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c3' AND charge_no = 2",
    ),
    damage(
        "the parts of an entry were weighed otherwise",
        "ledger_details",
        &["what it allocates is not that of the digest", "\"entry_no\":14"],
        "UPDATE tallystick.allocations SET amount = amount + charge_no - 2, allocated_after = allocated_after + charge_no - 2
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 14",
    ),
    damage(
        "an allocation is there in the ledger only",
        "ledger_details",
        &["the digest is of details that are not there", "\"entry_no\":8"],
        "DELETE FROM tallystick.allocations WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 8",
    ),
    damage(
        "more is ahead than is allocated beyond the pointer",
        "ledger_pointer",
        &["ahead_total is 91, but 90 is allocated to the charges beyond 9", "\"entry_no\":7"],
        "UPDATE tallystick.credit_ledger SET ahead_total = 91
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c3' AND entry_no = 7",
    ),
    damage(
        "less is ahead than is allocated beyond the pointer",
        "ledger_pointer",
        &["ahead_total is 20, but 90 is allocated to the charges beyond 180", "\"entry_no\":6"],
        "UPDATE tallystick.credit_ledger SET ahead_total = 20
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c3' AND entry_no = 6",
    ),
    damage(
        "for a time, less was ahead than was allocated beyond the pointer",
        "ledger_pointer",
        &["ahead_total is 99, but 100 is allocated to the charges beyond 1", "\"entry_no\":4"],
        "UPDATE tallystick.credit_ledger SET ahead_total = 99
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c3' AND entry_no = 4",
    ),
    damage(
        "the pointer stands before a charge that is settled",
        "ledger_pointer",
        &["charge 2 is settled, but lies beyond 100", "\"entry_no\":5"],
        "UPDATE tallystick.credit_ledger SET ahead_total = 100
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c3' AND entry_no = 5",
    ),
    damage(
        "the pointer was not moved back when a part was taken back",
        "ledger_pointer",
        &["ahead_total is 20, but 90 is allocated to the charges beyond 180", "\"entry_no\":6"],
        "UPDATE tallystick.credit_ledger SET ahead_total = 20
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c3' AND entry_no >= 6",
    ),
    damage(
        "a reversal takes back of a charge that its entry did not name",
        "reversals",
        &[
            "of charge 2 it takes 300 back, but its entry settled 0 and 50 was allocated; \
             of charge 3 it takes 0 back, but its entry settled 300 and 300 was allocated",
            "\"entry_no\":7",
        ],
        "UPDATE tallystick.allocations SET charge_no = 2
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "a reversal takes back more of a charge than its entry settled",
        "reversals",
        &["of charge 3 it takes 301 back, but its entry settled 300 and 300 was allocated", "\"entry_no\":7"],
        "UPDATE tallystick.allocations SET amount = -301
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "a reversal leaves a part of what its entry settled",
        "reversals",
        &["of charge 3 it takes 299 back, but its entry settled 300 and 300 was allocated", "\"entry_no\":7"],
        "UPDATE tallystick.allocations SET amount = -299
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 7",
    ),
    damage(
        "a reversal takes back what no longer stood",
        "reversals",
        &["of charge 3 it takes 300 back, but its entry settled 300 and 200 was allocated", "\"entry_no\":7"],
        "INSERT INTO tallystick.allocations (
             business_id, customer_id, charge_no, part_no, entry_no, amount, allocated_before, allocated_after, charge_amount, charged_total)
         SELECT business_id, customer_id, charge_no, 9, 5, -100, 300, 200, charge_amount, charged_total
         FROM tallystick.allocations
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 4",
    ),
];

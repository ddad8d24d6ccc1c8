//! Damage that only hashes and digests find, because all figures still add up, after `unprotected.sql`.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "a payment was made smaller, and all figures with it",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET amount = -400, balance_after = 1400 WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "two customers were exchanged everywhere",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "0000000000e4"],
        "UPDATE tallystick.credit_ledger SET customer_id = CASE customer_id WHEN '0a000000-0000-7000-8000-0000000000c1'
             THEN '0a000000-0000-7000-8000-0000000000c2'::uuid ELSE '0a000000-0000-7000-8000-0000000000c1'::uuid END
         WHERE business_id = '0a000000-0000-7000-8000-000000000000';
         UPDATE tallystick.orders SET customer_id = CASE customer_id WHEN '0a000000-0000-7000-8000-0000000000c1'
             THEN '0a000000-0000-7000-8000-0000000000c2'::uuid ELSE '0a000000-0000-7000-8000-0000000000c1'::uuid END
         WHERE business_id = '0a000000-0000-7000-8000-000000000000'",
    ),
    damage(
        "a payment was a minute later",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET created_at = created_at + interval '1 minute' WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "somebody else asked for an entry",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET actor = 'role:other' WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "a payment became a credit",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET kind = 'credit' WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "an entry was made with another key",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET idempotency_key = 'key-9' WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "an entry was asked for by another request",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET request_fingerprint = sha256('x') WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "a hash is that of another entry",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET entry_hash = sha256('x') WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "an entry lost its hash",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET entry_hash = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "an entry lost its hash and who asked for it",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET entry_hash = NULL, actor = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "an entry was changed and hashed again, but not what follows it",
        "ledger_hashes",
        &["or another one was before it", "0000000000e3"],
        "UPDATE tallystick.credit_ledger AS changed SET actor = 'role:other', entry_hash = tallystick.ledger_hash(
             (SELECT entry_hash FROM tallystick.credit_ledger WHERE id = '0a000000-0000-7000-8000-0000000000e1'),
             jsonb_populate_record(changed, '{\"actor\": \"role:other\"}'))
         WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "the first entry was cut off, and what follows was moved up",
        "ledger_hashes",
        &["or another one was before it", "0000000000e2", "\"entry_no\":1"],
        "DELETE FROM tallystick.credit_ledger WHERE id = '0a000000-0000-7000-8000-0000000000e1';
         DELETE FROM tallystick.orders WHERE id = '0a000000-0000-7000-8000-0000000000e1';
         DELETE FROM tallystick.order_items WHERE order_id = '0a000000-0000-7000-8000-0000000000e1';
         UPDATE tallystick.products SET stock = stock + CASE sku WHEN 'beans' THEN 2 ELSE 1 END
         WHERE business_id = '0a000000-0000-7000-8000-000000000000';
         UPDATE tallystick.credit_ledger
         SET entry_no = entry_no - 1, balance_after = balance_after - 800, charged_total = charged_total - 800
         WHERE customer_id = '0a000000-0000-7000-8000-0000000000c1'",
    ),
    damage(
        "an entry in the middle was cut out, and what follows was moved up",
        "ledger_hashes",
        &["or another one was before it", "0000000000e3", "\"entry_no\":2"],
        "UPDATE tallystick.credit_ledger AS last SET entry_no = 2, balance_after = 300, charged_total = 800, due_at = first.due_at
         FROM tallystick.credit_ledger AS first
         WHERE last.id = '0a000000-0000-7000-8000-0000000000e3' AND first.id = '0a000000-0000-7000-8000-0000000000e1';
         DELETE FROM tallystick.credit_ledger WHERE id = '0a000000-0000-7000-8000-0000000000e2';
         DELETE FROM tallystick.orders WHERE id = '0a000000-0000-7000-8000-0000000000e2';
         DELETE FROM tallystick.order_items WHERE order_id = '0a000000-0000-7000-8000-0000000000e2';
         UPDATE tallystick.products SET stock = stock + 4 WHERE id = '0a000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "two entries changed places, with all their figures and times",
        "ledger_hashes",
        &["or another one was before it", "0000000000e2", "\"entry_no\":1"],
        "UPDATE tallystick.credit_ledger AS moved
         SET entry_no = other.entry_no, created_at = other.created_at, due_at = other.due_at,
             balance_after = CASE other.entry_no WHEN 1 THEN moved.amount ELSE other.balance_after END,
             charged_total = CASE other.entry_no WHEN 1 THEN moved.amount ELSE other.charged_total END
         FROM tallystick.credit_ledger AS other
         WHERE moved.customer_id = '0a000000-0000-7000-8000-0000000000c1' AND moved.entry_no <= 2
           AND other.customer_id = moved.customer_id AND other.entry_no = 3 - moved.entry_no;
         UPDATE tallystick.orders AS placed SET created_at = entry.created_at
         FROM tallystick.credit_ledger AS entry WHERE entry.id = placed.id",
    ),
    damage(
        "the hashes of two entries were exchanged",
        "ledger_hashes",
        &["or another one was before it", "0000000000e3"],
        "UPDATE tallystick.credit_ledger AS changed SET entry_hash = other.entry_hash
         FROM tallystick.credit_ledger AS other
         WHERE changed.customer_id = '0a000000-0000-7000-8000-0000000000c1' AND changed.entry_no >= 2
           AND other.customer_id = changed.customer_id AND other.entry_no = 5 - changed.entry_no",
    ),
    damage(
        "the limit of a charge was raised later",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "\"entry_no\":3"],
        "UPDATE tallystick.credit_ledger SET credit_limit = 9999
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 3",
    ),
    damage(
        "a due time was put off",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "\"entry_no\":12"],
        "UPDATE tallystick.credit_ledger SET due_at = due_at + interval '1 day'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 12",
    ),
    damage(
        "a printed day was changed",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "\"entry_no\":1"],
        "UPDATE tallystick.credit_ledger SET due_date = NULL
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 1",
    ),
    damage(
        "an authorized limit was raised later",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "\"entry_no\":9"],
        "UPDATE tallystick.credit_ledger SET authorized_limit = 9999
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 9",
    ),
    damage(
        "an entry's days are beyond those that can be subtracted",
        "ledger_hashes",
        &["the entry is not the one that was hashed", "\"entry_no\":1"],
        "UPDATE tallystick.credit_ledger SET due_date = 'infinity'
         WHERE customer_id = '0c000000-0000-7000-8000-0000000000c1' AND entry_no = 1",
    ),
    damage(
        "the lines of an order changed places",
        "ledger_details",
        &["the lines are not those of the digest", "0000000000e1"],
        "UPDATE tallystick.order_items SET line_no = 3 - line_no WHERE order_id = '0a000000-0000-7000-8000-0000000000e1'",
    ),
    damage(
        "a line is of another version of its product",
        "ledger_details",
        &["the lines are not those of the digest", "0c000000-0000-7000-8000-0000000000e1"],
        "UPDATE tallystick.order_items SET product_version = 2
         WHERE order_id = '0c000000-0000-7000-8000-0000000000e1' AND line_no = 2",
    ),
    damage(
        "a line is of another product at the same price",
        "ledger_details",
        &["the lines are not those of the digest", "0000000000e1"],
        "UPDATE tallystick.order_items SET product_id = '0a000000-0000-7000-8000-0000000000d2'
         WHERE order_id = '0a000000-0000-7000-8000-0000000000e1' AND line_no = 1",
    ),
    damage(
        "a line has twice the quantity at half the price",
        "ledger_details",
        &["the lines are not those of the digest", "0000000000e1"],
        "UPDATE tallystick.order_items SET quantity = 4, stock_taken = 4, unit_price = 125
         WHERE order_id = '0a000000-0000-7000-8000-0000000000e1' AND line_no = 1",
    ),
    damage(
        "discount and tax were lowered alike",
        "ledger_details",
        &["the lines are not those of the digest", "\"entry_no\":3"],
        "UPDATE tallystick.order_items SET discount = 45, tax = 5
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "a list price was changed",
        "ledger_details",
        &["the lines are not those of the digest", "\"entry_no\":3"],
        "UPDATE tallystick.order_items SET list_price = 400
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "a sale took nothing from the stock",
        "ledger_details",
        &["the lines are not those of the digest", "\"entry_no\":3"],
        "UPDATE tallystick.order_items SET stock_taken = 0
         WHERE business_id = '0c000000-0000-7000-8000-000000000000' AND discount IS NOT NULL",
    ),
    damage(
        "a line was added",
        "ledger_details",
        &["the lines are not those of the digest", "0000000000e2"],
        "INSERT INTO tallystick.order_items
         SELECT business_id, order_id, product_id, 1, 0, 0, 0, 2, product_version, 0 FROM tallystick.order_items
         WHERE order_id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "a line was removed",
        "ledger_details",
        &["the lines are not those of the digest", "0000000000e1"],
        "DELETE FROM tallystick.order_items WHERE order_id = '0a000000-0000-7000-8000-0000000000e1' AND line_no = 2",
    ),
    damage(
        "a payment has details that nobody finds",
        "ledger_details",
        &["the digest is of details that are not there", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET details_digest = sha256('x') WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "an entry lost its digest",
        "ledger_details",
        &["the digest is of details that are not there", "0000000000e3"],
        "UPDATE tallystick.credit_ledger SET details_digest = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
];

-- One customer of business 0 with a history of $entries entries: a purchase of $lines lines at 100 each, its payment, and
-- so on.
-- Runs as the superuser, without the triggers that check foreign keys row by row: the figures are right by construction,
-- and the audit at the end of the run proves it.
INSERT INTO tallystick.customers (business_id, id, name, external_id, credit_limit)
VALUES (pg_temp.id('b00', 0), pg_temp.id('c01', $customer), 'Regular $customer', 'regular-$customer', 9007199254740991);

INSERT INTO tallystick.products (business_id, id, sku, name, price, stock)
VALUES (pg_temp.id('b00', 0), pg_temp.id('d01', $customer), 'regular-$customer', 'The usual', 100, 1000);

INSERT INTO tallystick.stock_movements (business_id, id, product_id, kind, quantity, stock_after, reason, created_at)
VALUES (pg_temp.id('b00', 0), pg_temp.id('e01', $customer), pg_temp.id('d01', $customer), 'opening',
        1000 + ($entries + 1) / 2 * $lines, 1000 + ($entries + 1) / 2 * $lines, 'opening stock', now() - interval '10 years');

INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
SELECT pg_temp.id('b00', 0), pg_temp.id('e00', $customer::bigint * 10000000 + n), pg_temp.id('c01', $customer), 100 * $lines,
       now() - make_interval(secs => 60 * ($entries - n))
FROM generate_series(1, $entries, 2) AS n;

INSERT INTO tallystick.order_items (business_id, order_id, line_no, product_id, quantity, unit_price, line_total)
SELECT pg_temp.id('b00', 0), pg_temp.id('e00', $customer::bigint * 10000000 + n), line, pg_temp.id('d01', $customer), 1, 100, 100
FROM generate_series(1, $entries, 2) AS n, generate_series(1, $lines) AS line;

INSERT INTO tallystick.credit_ledger (
    business_id, customer_id, entry_no, id, kind, amount, balance_before, balance_after, charged_total,
    credit_limit, idempotency_key, request_fingerprint, created_at)
SELECT pg_temp.id('b00', 0), pg_temp.id('c01', $customer), n, pg_temp.id('e00', $customer::bigint * 10000000 + n),
       CASE n % 2 WHEN 1 THEN 'purchase' ELSE 'payment' END,
       CASE n % 2 WHEN 1 THEN 100 ELSE -100 END * $lines,
       CASE n % 2 WHEN 1 THEN 0 ELSE 100 END * $lines,
       CASE n % 2 WHEN 1 THEN 100 ELSE 0 END * $lines,
       (n + 1) / 2 * 100 * $lines,
       CASE n % 2 WHEN 1 THEN 9007199254740991 END,
       'history-$customer-' || n, sha256(n::text::bytea), now() - make_interval(secs => 60 * ($entries - n))
FROM generate_series(1, $entries) AS n;
